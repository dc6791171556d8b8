extension RecordStream {
    /// The lineage of one partition of a Kafka topic: its place in its cluster, so that a record
    /// without an id of its own is the same event however often it is read.
    ///
    /// - Parameter cluster: the id the brokers give; empty where they give none.
    public static func lineage(ofKafkaCluster cluster: String, topic: String, partition: Int32)
        -> ID128
    {
        var hash = IdentityHash("kafka/1")
        hash.add(cluster)
        hash.add(topic)
        hash.add(Int64(partition))
        return hash.id()
    }
}
