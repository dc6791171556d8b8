internal import MarkedText

extension SettingReader {
    /// A secret's place, from a variable that names it or from the file.
    mutating func secretEntry(
        _ setting: Setting, _ node: YAMLNode?, at path: String
    ) -> SettingEntry? {
        refuseLiteralVariable(at: path)
        for key in SecretWords.references {
            answer(to: "\(path).\(key)")
            guard let (name, values, origin) = outsideText("\(path).\(key)") else { continue }
            let text = values.joined(separator: ",")
            let reference = reading(text, of: name) { reader, place in
                reader.resolve(key, text, place)
            }
            return SettingEntry(
                setting: setting, value: .secret(reference), origin: origin, place: .whole)
        }
        guard let node, !node.isNull, let reference = reference(setting, node) else { return nil }
        return SettingEntry(
            setting: setting, value: .secret(reference), origin: .file(line: node.place.line),
            place: node.place)
    }

    /// Variables hold the names of secrets' places, too, and not secrets.
    private mutating func refuseLiteralVariable(at path: String) {
        let name = Self.variable(path)
        guard environment.variables[name] != nil else { return }
        variables[name] = true
        outside.append(
            ConfigurationDiagnostic(
                code: .literalSecret, path: name, message: "a secret's place belongs here",
                remedy: "set \(name)__SECRET_ENV or \(name)__SECRET_FILE instead"))
    }

    private mutating func reference(
        _ setting: Setting, _ node: YAMLNode
    ) -> SecretReference? {
        let remedy = "write {secret_env: VARIABLE} or {secret_file: PATH}"
        guard let entries = node.entries else {
            markSecret(node)
            report.error(
                .literalSecret, node.place,
                "\(setting.name) must say where the secret is, not what it is", remedy: remedy)
            return nil
        }
        let known = entries.filter { SecretWords.references.contains($0.key.text ?? "") }
        guard entries.count == 1, let entry = known.first, let key = entry.key.text else {
            markSecret(node)
            report.error(
                .literalSecret, node.place,
                "\(setting.name) takes exactly one of secret_env and secret_file", remedy: remedy)
            return nil
        }
        guard let text = entry.value.text, !text.isEmpty, !entry.value.isNull else {
            markSecret(entry.value)
            report.error(.wrongType, entry.value.place, "\(key) must be text", remedy: remedy)
            return nil
        }
        return resolve(key, text, entry.value.place)
    }

    // MARK: - Where secrets are

    private mutating func resolve(_ key: String, _ text: String, _ place: Place) -> SecretReference
    {
        if key == "secret_env" {
            let secret = environment.variables[text].flatMap { $0.isEmpty ? nil : $0 }
            if secret == nil { missingVariable(text, place) }
            return SecretReference(
                place: .variable(text), secret: secret.map { Secret(Array($0.utf8)) })
        }
        let path = absolute(text)
        return SecretReference(place: .file(path), secret: secretFile(path, place))
    }

    /// Who wrote a secret where its name belongs must not see it again.
    private mutating func missingVariable(_ name: String, _ place: Place) {
        if SecretWords.isVariable(name) {
            report.error(
                .missingSecret, place, "the variable \(name) is not set",
                remedy: "set it where the service starts")
        } else {
            secretLines.insert(place.line)
            report.error(
                .missingSecret, place, "there is no variable of this name",
                remedy: "secret_env takes the name of a variable, such as KAFKA_PASSWORD")
        }
    }

    private mutating func secretFile(_ path: String, _ place: Place) -> Secret? {
        do throws(ConfigurationEnvironment.Refusal) {
            let file = try environment.file(path, Secret.mostBytes + 1)
            if file.bytes.isEmpty || file.bytes.count > Secret.mostBytes {
                report.error(
                    .missingSecret, place,
                    file.bytes.isEmpty
                        ? "the secret's file is empty"
                        : "the secret's file has more than \(Secret.mostBytes) bytes")
                return nil
            }
            if file.mode & 0o004 != 0 {
                report.warning(
                    .looseSecret, place, "everybody may read the secret's file",
                    remedy: "run: chmod 600 \(path)")
            }
            return Secret(file.bytes)
        } catch {
            report.error(
                .missingSecret, place, "the secret's file cannot be read: \(error.reason)")
            return nil
        }
    }

    // MARK: - Literals

    /// Notes the lines of a value that should not be shown.
    mutating func markSecret(_ node: YAMLNode) {
        let last = node.scalar.map { scalar in
            scalar.text.unicodeScalars.count { $0 == "\n" }
        }
        let first = node.place.line
        for line in first...(first + (last ?? 0)) { secretLines.insert(line) }
        for item in node.items ?? [] { markSecret(item) }
        for entry in node.entries ?? [] {
            markSecret(entry.key)
            markSecret(entry.value)
        }
    }

    /// Marks what stands under a key that sounds like a secret, wherever it is.
    mutating func markSecrets(in node: YAMLNode) {
        for item in node.items ?? [] { markSecrets(in: item) }
        if node["body"]?.text == WebhookConfiguration.Body.slack.rawValue, let url = node["url"] {
            markSecret(url)
        }
        for entry in node.entries ?? [] {
            guard let key = entry.key.text, SecretWords.isNamed(key) else {
                markSecrets(in: entry.value)
                continue
            }
            let isReference = entry.value.entries?.allSatisfy {
                SecretWords.references.contains($0.key.text ?? "")
            }
            if isReference != true { markSecret(entry.value) }
            if entry.value.isNull { markSecret(entry.key) }
        }
    }

    /// What is to be said about what is read, without what stands on lines with secrets.
    var shown: [ConfigurationDiagnostic] {
        report.diagnostics.map { diagnostic in
            guard secretLines.contains(diagnostic.line) || isSuspect(diagnostic)
            else { return diagnostic }
            if diagnostic.code == .unknownKey || diagnostic.code == .syntax,
                SecretWords.isIn(diagnostic.message)
            {
                return diagnostic.withheld(because: "the line may hold a secret")
            }
            var result = diagnostic
            result.sourceLine = nil
            return result
        }
    }

    /// Text that is no YAML was not looked through for secrets.
    private func isSuspect(_ diagnostic: ConfigurationDiagnostic) -> Bool {
        guard diagnostic.code == .syntax || diagnostic.code == .duplicateKey else { return false }
        return [diagnostic.line - 1, diagnostic.line].contains { number in
            report.line(number).map(SecretWords.isIn) ?? false
        }
    }
}
