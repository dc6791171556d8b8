/// A key, or an HTTP authentication scheme, that secrets stand behind.
struct SecretName {
    /// What may count as the secret.
    enum Rule {
        /// 16 or more token characters that do not look like an id, a date or a word.
        case opaque
        /// As `opaque`, but what looks like an id counts, too: the name leaves no doubt.
        case named
        /// As `opaque`; in the query of a URL only if the URL belongs to an OAuth response.
        case code
        /// 8 or more characters of any sort.
        case free
        /// A scheme, blanks and a token.
        case scheme
        /// An Authorization header with a scheme of any name, or none.
        case authorization
        /// Cookies: names and values.
        case cookie
    }

    /// Lower case, without `_` and `-`.
    let letters: StaticString
    let kind: TokenKind
    let rule: Rule

    init(_ letters: StaticString, _ kind: TokenKind, _ rule: Rule = .opaque) {
        self.letters = letters
        self.kind = kind
        self.rule = rule
    }

    static let all: [SecretName] = [
        SecretName("refreshtoken", .refreshToken, .named),
        SecretName("accesstoken", .accessToken, .named),
        SecretName("idtoken", .idToken), SecretName("idtokenhint", .idToken),
        SecretName("registrationaccesstoken", .accessToken, .named),
        SecretName("xaccesstoken", .accessToken, .named),
        SecretName("xforwardedaccesstoken", .accessToken, .named),
        SecretName("token", .token), SecretName("subjecttoken", .token),
        SecretName("actortoken", .token), SecretName("authtoken", .token, .named),
        SecretName("xauthtoken", .token, .named), SecretName("bearertoken", .bearer, .named),
        SecretName("statetoken", .token), SecretName("sessiontoken", .token, .named),
        SecretName("code", .authorizationCode, .code),
        SecretName("authorizationcode", .authorizationCode, .code),
        SecretName("devicecode", .deviceCode, .named),
        SecretName("codeverifier", .codeVerifier, .named),
        SecretName("clientassertion", .assertion), SecretName("assertion", .assertion),
        SecretName("clientsecret", .clientSecret, .free),
        SecretName("secret", .clientSecret, .free),
        SecretName("password", .password, .free), SecretName("passwd", .password, .free),
        SecretName("newpassword", .password, .free), SecretName("oldpassword", .password, .free),
        SecretName("currentpassword", .password, .free),
        SecretName("userpassword", .password, .free),
        SecretName("passwordnew", .password, .free),
        SecretName("passwordconfirm", .password, .free),
        SecretName("confirmpassword", .password, .free),
        SecretName("oldrefreshtoken", .refreshToken, .named),
        SecretName("newrefreshtoken", .refreshToken, .named),
        SecretName("logouttoken", .token), SecretName("actiontoken", .token),
        SecretName("apikey", .token, .named), SecretName("xapikey", .token, .named),
        SecretName("authorization", .bearer, .authorization),
        SecretName("proxyauthorization", .bearer, .authorization),
        SecretName("bearer", .bearer, .scheme), SecretName("dpop", .dpop, .scheme),
        SecretName("basic", .basic, .scheme),
        SecretName("cookie", .cookie, .cookie), SecretName("setcookie", .cookie, .cookie),
    ]
}

extension LenientBytes {
    /// Whether one of the names may end behind the two letters at `index`: a test of the last four
    /// letters that refuses nearly every other word.
    @inline(__always)
    func mayEndName(at index: Int) -> Bool {
        guard index >= 2, index + 2 <= count else { return false }
        let letters = base.loadUnaligned(fromByteOffset: index - 2, as: UInt32.self)
        switch UInt32(bigEndian: letters) | 0x2020_2020 {
        case 0x6F6B_656E, 0x6372_6574, 0x636F_6465, 0x6669_6572, 0x7469_6F6E, 0x776F_7264,
            0x7373_7764, 0x6470_6F70, 0x6F6B_6965, 0x6869_6E74, 0x6172_6572, 0x6173_6963,
            0x2D6E_6577, 0x7F6E_6577, 0x6669_726D, 0x7F6B_6579, 0x2D6B_6579,
            0x696B_6579:
            // oken cret code fier tion word sswd dpop okie hint arer asic -new _new firm
            // _key -key ikey; folding turns "_" into 0x7F
            return true
        default: return false
        }
    }

    /// Whether a scheme's last letter stands here: beareR, dpoP, basiC.
    func mayEndScheme(before end: Int) -> Bool {
        let last = raw(end - 1) | 0x20
        return last == 0x72 || last == 0x70 || last == 0x63
    }

    /// The name that ends before `end`, if it stands there whole.
    func secretName(before end: Int, among names: [SecretName]) -> SecretName? {
        let last = raw(end - 1) | 0x20
        let beforeLast = raw(end - 2) | 0x20
        for name in names {
            let text = name.letters.utf8Start
            let length = name.letters.utf8CodeUnitCount
            if text[length - 1] == last, text[length - 2] == beforeLast,
                matches(text, length, before: end)
            {
                return name
            }
        }
        return nil
    }

    private func matches(_ text: UnsafePointer<UInt8>, _ length: Int, before end: Int) -> Bool {
        var index = end - 1
        var rest = length
        while true {
            let byte = raw(index)
            if byte == 0x5F || byte == 0x2D {
                index -= 1
                continue
            }
            guard ByteClass.isLetter(byte), byte | 0x20 == text[rest - 1] else { return false }
            rest -= 1
            if rest == 0 { return startsName(index) }
            index -= 1
        }
    }

    /// Whether a name, or a vendor's prefix, may start at `start`: what is before it is no part of
    /// it. An encoded byte or an escape in front of it ends in letters or digits of its own.
    func startsName(_ start: Int) -> Bool {
        var before = start - 1
        while before >= 0, raw(before) == 0x2D || raw(before) == 0x5F { before -= 1 }
        if !ByteClass.isLetter(raw(before)) && !ByteClass.isDigit(raw(before)) { return true }
        if before != start - 1 { return false }
        if raw(start - 3) == 0x25 || (raw(start - 5) == 0x25 && raw(start - 4) == 0x32) {
            return Hexadecimal.value(raw(start - 1)) != nil
        }
        if raw(start - 6) == 0x5C, raw(start - 5) == 0x75 { return true }
        guard raw(start - 2) == 0x5C else { return false }
        switch raw(start - 1) {
        case 0x6E, 0x74, 0x72, 0x62, 0x66: return true
        default: return false
        }
    }
}
