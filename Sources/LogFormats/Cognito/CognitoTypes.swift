internal import AuditModel
internal import WireFormat

/// What the events of Cognito, and those of other services that are about tokens, mean when they
/// succeed. An event of Cognito that is not in a table is `other`, its name kept.
enum CognitoTypes {
    /// User pools and identity pools. `NAME_METHOD` is an endpoint of OAuth or a hosted page, the
    /// others are operations of the API.
    static let pools = TypeTable(endpoints + signIns + accounts + clients + settings + identities)
    /// Operations of AWS STS and IAM Identity Center.
    static let exchanges = TypeTable(tokenServices)

    private static let endpoints: [TypeTable.Group] = [
        .init("Authorize_GET Authorize_POST", .authorizationRequested, ip: .holder),
        .init("Login_POST", .sessionStarted, ip: .holder),
        .init("SAML2Response_POST OAuth2Response_GET OAuth2Response_POST", .authnSucceeded,
            ip: .holder),
        .init("Token_POST", .tokenIssued),
        .init("UserInfo_GET UserInfo_POST", .tokenUsed),
        .init("Revoke_POST", .tokenRevoked),
        .init("Logout_GET Logout_POST", .sessionEnded, ip: .holder),
        .init(
            "Signup_POST SignUp_POST Confirm_POST ForgotPassword_POST ConfirmForgotPassword_POST "
                + "ResetPassword_POST ChangePassword_POST",
            .accountChanged, ip: .holder),
        .init(
            "Login_GET Signup_GET SignUp_GET Confirm_GET ForgotPassword_GET "
                + "ConfirmForgotPassword_GET ResetPassword_GET ChangePassword_GET Error_GET",
            .other, ip: .holder),
    ]

    private static let signIns: [TypeTable.Group] = [
        .init("InitiateAuth RespondToAuthChallenge", .sessionStarted, effects: .tokenIssued,
            ip: .holder),
        .init("AdminInitiateAuth AdminRespondToAuthChallenge", .sessionStarted,
            effects: .tokenIssued, ip: .caller),
        .init("GetTokensFromRefreshToken", .refreshSucceeded, effects: .tokenIssued, ip: .holder),
        .init("RevokeToken", .tokenRevoked),
        .init("GlobalSignOut AdminUserGlobalSignOut", .sessionEnded, effects: .tokenRevoked),
        .init(
            "GetUser GetUserAttributeVerificationCode GetUserAuthFactors GetDevice ListDevices "
                + "ListWebAuthnCredentials",
            .tokenUsed),
        .init("UpdateAuthEventFeedback AdminUpdateAuthEventFeedback", .riskSignal),
    ]

    private static let accounts: [TypeTable.Group] = [
        .init(
            "SignUp ConfirmSignUp ResendConfirmationCode ForgotPassword ConfirmForgotPassword "
                + "ChangePassword UpdateUserAttributes DeleteUserAttributes VerifyUserAttribute "
                + "SetUserMFAPreference SetUserSettings AssociateSoftwareToken "
                + "VerifySoftwareToken ConfirmDevice ForgetDevice UpdateDeviceStatus "
                + "StartWebAuthnRegistration CompleteWebAuthnRegistration "
                + "DeleteWebAuthnCredential",
            .accountChanged),
        .init(
            "AdminCreateUser AdminConfirmSignUp AdminEnableUser AdminSetUserPassword "
                + "AdminResetUserPassword AdminUpdateUserAttributes AdminDeleteUserAttributes "
                + "AdminSetUserMFAPreference AdminSetUserSettings AdminLinkProviderForUser "
                + "AdminDisableProviderForUser AdminAddUserToGroup AdminRemoveUserFromGroup "
                + "AdminForgetDevice AdminUpdateDeviceStatus",
            .accountChanged, ip: .caller),
        .init("AdminDisableUser", .accountLocked, ip: .caller),
        .init("DeleteUser AdminDeleteUser", .accountDeleted),
    ]

    private static let clients: [TypeTable.Group] = [
        .init("CreateUserPoolClient", .clientRegistered, ip: .caller),
        .init("UpdateUserPoolClient", .clientUpdated, ip: .caller),
        .init("DeleteUserPoolClient", .clientDeleted, ip: .caller),
        .init(
            "DescribeUserPoolClient ListUserPoolClientSecrets", .clientSecretRead, ip: .caller),
        .init(
            "AddUserPoolClientSecret DeleteUserPoolClientSecret", .clientCredentialChanged,
            ip: .caller),
    ]

    private static let settings: [TypeTable.Group] = [
        .init(
            "CreateUserPool UpdateUserPool DeleteUserPool SetUserPoolMfaConfig "
                + "CreateIdentityProvider UpdateIdentityProvider DeleteIdentityProvider "
                + "CreateResourceServer UpdateResourceServer DeleteResourceServer "
                + "CreateUserPoolDomain UpdateUserPoolDomain DeleteUserPoolDomain "
                + "CreateGroup UpdateGroup DeleteGroup AddCustomAttributes "
                + "SetRiskConfiguration SetLogDeliveryConfiguration SetUICustomization "
                + "CreateManagedLoginBranding UpdateManagedLoginBranding "
                + "DeleteManagedLoginBranding CreateTerms UpdateTerms DeleteTerms",
            .asConfigChanged, ip: .caller),
        .init(
            "AdminGetUser AdminListDevices AdminGetDevice AdminListGroupsForUser "
                + "AdminListUserAuthEvents ListUsers ListUsersInGroup ListUserPools "
                + "ListUserPoolClients DescribeUserPool CreateUserImportJob StartUserImportJob "
                + "StopUserImportJob TagResource UntagResource",
            .adminAction, ip: .caller),
    ]

    private static let identities: [TypeTable.Group] = [
        .init("GetOpenIdToken GetOpenIdTokenForDeveloperIdentity", .tokenIssued),
        .init("GetCredentialsForIdentity", .tokenExchanged),
        .init(
            "CreateIdentityPool UpdateIdentityPool DeleteIdentityPool SetIdentityPoolRoles "
                + "SetPrincipalTagAttributeMap",
            .asConfigChanged, ip: .caller),
        .init(
            "DeleteIdentities UnlinkIdentity UnlinkDeveloperIdentity MergeDeveloperIdentities",
            .accountChanged),
    ]

    private static let tokenServices: [TypeTable.Group] = [
        .init("AssumeRoleWithWebIdentity", .tokenExchanged, ip: .caller),
        .init("CreateToken CreateTokenWithIAM", .tokenIssued),
        .init("GetRoleCredentials ListAccountRoles ListAccounts", .tokenUsed, ip: .holder),
        .init("RegisterClient", .clientRegistered, ip: .holder),
        .init("StartDeviceAuthorization", .deviceCodeRequested, ip: .holder),
        .init("Authenticate", .sessionStarted, ip: .holder),
        .init("Logout", .sessionEnded, ip: .holder),
    ]
}

/// The services of which CloudTrail's events are read.
enum CognitoService: Int, CaseIterable {
    case userPools, identityPools, tokens, center, centerTokens, centerSignIn

    /// What stands before the first dot of `eventSource`, whatever the partition.
    private var name: String {
        switch self {
        case .userPools: "cognito-idp"
        case .identityPools: "cognito-identity"
        case .tokens: "sts"
        case .center: "sso"
        case .centerTokens: "sso-oauth"
        case .centerSignIn: "sso-oidc"
        }
    }

    private static let names = NameTable(allCases.map(\.name))

    /// The service of an event; nil for another one.
    init?(source: UnsafeRawBufferPointer) {
        let end = source.prefix(32).firstIndex(of: 0x2E) ?? source.count
        let name = UnsafeRawBufferPointer(rebasing: source[..<end])
        guard let index = Self.names.index(of: name, hash: KeyHash.of(name)) else { return nil }
        self.init(rawValue: index)
    }

    /// What an event of the service means; nil for an unknown one.
    func meaning(_ name: UnsafeRawBufferPointer) -> TypeMeaning? {
        switch self {
        case .userPools, .identityPools: CognitoTypes.pools.meaning(name)
        case .tokens, .center, .centerTokens, .centerSignIn: CognitoTypes.exchanges.meaning(name)
        }
    }

    /// Whether an event that is in no table is none of ours.
    var isShared: Bool { self != .userPools && self != .identityPools }
}
