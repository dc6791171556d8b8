extension ConfigurationBuilder {
    /// How a source or a sink reaches its cluster.
    static func cluster(_ section: SettingSection) -> KafkaClusterConfiguration {
        let security = section.section("security")
        return KafkaClusterConfiguration(
            brokers: section.list("brokers"), login: security?.section("sasl").flatMap(login),
            encryption: security?.section("tls").map(encryption),
            properties: section.map("properties"))
    }

    private static func login(_ sasl: SettingSection) -> KafkaClusterConfiguration.Login? {
        guard let mechanism = sasl.text("mechanism"), let username = sasl.text("username"),
            let password = sasl.secret("password")
        else { return nil }
        return .init(mechanism: mechanism, username: username, password: password)
    }

    private static func encryption(
        _ tls: SettingSection
    ) -> KafkaClusterConfiguration.Encryption {
        .init(
            authorities: tls.text("ca"), certificate: tls.text("certificate"),
            key: tls.text("key"), keyPassword: tls.secret("key_password"),
            verifiesHostname: tls.truth("verify_hostname"))
    }
}
