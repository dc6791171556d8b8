public import KafkaAccess

extension KafkaSettings {
    /// Everything that is wrong with the source, then with its cluster; empty when all is well.
    ///
    /// Looks at files that are named and at what the linked library can do; asks no broker.
    public func problems() -> [KafkaSettingProblem] {
        var list = KafkaProblems()
        checkPlaces(&list)
        checkGroup(&list)
        return list.all + cluster.problems(owned: KafkaConfiguration.owned)
    }

    private func checkPlaces(_ list: inout KafkaProblems) {
        if name.isEmpty { list.add("name", "is empty; name the source") }
        if topics.isEmpty { list.add("topic", "is empty; name one or more topics") }
        for topic in topics { list.checkTopic(topic) }
        if Set(topics).count < topics.count { list.add("topic", "names a topic twice") }
    }

    private func checkGroup(_ list: inout KafkaProblems) {
        if let group, group.isEmpty || group.utf8.count > 255 || !KafkaName.isPlain(group) {
            list.add("group", "is empty, longer than 255 bytes or has control characters")
        }
        if let staticID, staticID.isEmpty || !KafkaName.isTopic(staticID) {
            list.add("static_id", "must be of letters, digits, '.', '_', '-', at most 249")
        }
        if !(sessionTimeout >= 1 && sessionTimeout <= 3600) {
            list.add("session_timeout", "is outside 1 s to 1 h")
        }
    }
}
