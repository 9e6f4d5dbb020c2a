import HubStore

// The store's records share names with the wire types of HubAPI. Routes import both, and say which they mean.
typealias StoredCluster = ClusterRecord
typealias StoredRevision = Revision
typealias StoredChange = DocumentChange
typealias StoredConflict = DocumentConflict
typealias StoredCommitResult = CommitResult
typealias ClusterToAdd = NewCluster
typealias StorePage = Page
