/// The members of a CloudTrail event that the mapping reads. All others go to the payload.
enum CognitoField: Int, CaseIterable {
    case eventName, eventTime, eventID, eventSource, insight, digest
    case errorCode, errorMessage, status, responseError, address, userAgent, request
    case userPool, account, callerAccount, clientID, subject, webIdentity, member, principal
    case session, grantType, authFlow, challenge, answeredChallenge, responseType, scope, redirect
    case username, role, messageType

    /// Its paths, see ``FieldTree``. Endpoints of OAuth and the hosted pages write a request's
    /// parameters below `additionalEventData`, each as a list; the API writes `requestParameters`.
    private var paths: String {
        switch self {
        case .eventName: "eventName"
        case .eventTime: "eventTime"
        case .eventID: "eventID"
        case .eventSource: "eventSource"
        case .insight: "insightDetails"
        case .digest: "digestStartTime"
        case .errorCode: "errorCode"
        case .errorMessage: "errorMessage"
        case .status: "additionalEventData.responseParameters.status"
        case .responseError: "additionalEventData.responseParameters.error"
        case .address: "sourceIPAddress"
        case .userAgent: "userAgent"
        case .request: "requestID"
        case .userPool: "additionalEventData.userPoolId|requestParameters.userPoolId"
        case .account: "recipientAccountId"
        case .callerAccount: "userIdentity.accountId"
        case .clientID:
            "additionalEventData.requestParameters.client_id|requestParameters.clientId"
                + "|responseElements.userPoolClient.clientId|responseElements.audience"
        case .subject:
            "additionalEventData.sub|additionalEventData.requestParameters.sub"
                + "|additionalEventData.userSub|responseElements.userSub"
                + "|requestParameters.identityId"
        case .webIdentity: "responseElements.subjectFromWebIdentityToken|userIdentity.userName"
        case .member: "userIdentity.onBehalfOf.userId"
        case .principal: "userIdentity.principalId"
        case .session: "userIdentity.credentialId"
        case .grantType:
            "additionalEventData.requestParameters.grant_type|requestParameters.grantType"
        case .authFlow: "requestParameters.authFlow"
        case .challenge: "requestParameters.challengeName"
        case .answeredChallenge: "responseElements.challengeName"
        case .responseType: "additionalEventData.requestParameters.response_type"
        case .scope: "additionalEventData.requestParameters.scope|requestParameters.scope"
        case .redirect: "additionalEventData.requestParameters.redirect_uri"
        case .username:
            "additionalEventData.requestParameters.username|requestParameters.username"
        case .role: "requestParameters.roleArn"
        case .messageType: "messageType"
        }
    }

    static let tree = FieldTree(allCases.map(\.paths))
}
