extension AgentArguments {
    package static let help = """
        usage: otomi-agent run --hub URL --state-dir DIR [options]
               otomi-agent diagnose --hub URL --state-dir DIR [options]
               otomi-agent --version

        Brings one cluster to what its hub says and keeps it there. 'diagnose' checks hub, API server, permissions,
        clock and trust without changing anything.

          --hub URL            the hub's address (or OTOMI_HUB)
          --hub-ca FILE        certificates to trust for the hub, PEM, instead of the system's
          --hub-pin PIN        the SHA-256 of the hub's public key, sha256//BASE64 (or OTOMI_HUB_PIN): the hub is known
                               by its key, whoever signed its certificate
          --state-dir DIR      keys, trusted metadata and cached layers; made when missing, mode 0700
          --token T            the cluster's one-time token, for the first run only (or OTOMI_TOKEN)
          --token-file FILE    the same, from a file, which may be gone once the agent is enrolled
          --kubeconfig FILE    the API server; without it the pod's own, else $KUBECONFIG or ~/.kube/config
          --context NAME       the context in the kubeconfig; its current one otherwise
          --listen ADDRESS     serve /metrics, /livez and /readyz on ADDRESS:PORT, or off
                               (default: 0.0.0.0:9464 in a pod, off elsewhere)
          --output FORMAT      of diagnose: text or json (default: text)
          --log-level LEVEL    trace, debug, info, notice, warning, error (default: info)
          --log-format FORMAT  json or text (default: text at a terminal, json otherwise)

        """
}
