internal import WireFormat

/// Answers as bytes of HTTP/1.1.
enum AnswerText {
    /// - Parameters:
    ///   - isHead: leaves the body out, and says how long it would be.
    ///   - time: Unix seconds.
    static func bytes(_ answer: ConsoleAnswer, isHead: Bool, time: Int64) -> [UInt8] {
        var head = "HTTP/1.1 \(answer.status) \(reason(answer.status))\r\n"
        head += "Date: \(date(time))\r\n"
        head += "Content-Type: \(answer.contentType)\r\n"
        head += "Content-Length: \(answer.body.count)\r\n"
        head += "Cache-Control: no-store\r\n"
        head += "X-Content-Type-Options: nosniff\r\n"
        if answer.status == 405 { head += "Allow: GET, HEAD\r\n" }
        head += "Connection: close\r\n\r\n"
        return Array(head.utf8) + (isHead ? [] : answer.body)
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 431: "Request Header Fields Too Large"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        // A client goes by the number; the blank before nothing must be there.
        default: ""
        }
    }

    /// RFC 9110's one form of dates, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func date(_ time: Int64) -> String {
        let days = (time >= 0 ? time : time - 86_399) / 86_400
        let second = Int(time - days * 86_400)
        let (year, month, day) = TimeText.civil(fromDays: days)
        let week = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let clock = [second / 3600, second / 60 % 60, second % 60].map(two)
            .joined(separator: ":")
        let name = week[Int(days % 7 + 7) % 7]
        return "\(name), \(two(day)) \(months[month - 1]) \(year) \(clock) GMT"
    }

    private static func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
}
