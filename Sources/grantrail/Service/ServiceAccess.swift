import Configuration
import Pipeline

extension ServiceConfiguration.Control {
    /// Each list of accounts by its setting.
    private var lists: [(setting: String, names: [String])] {
        [("viewers", viewers), ("responders", responders), ("operators", operators)]
    }

    /// Names that this machine does not know, by setting.
    var unknown: [(setting: String, name: String)] {
        var unknown = lists.flatMap { list in
            list.names.filter { ControlAccess.Account(text: $0) == nil }
                .map { (setting: list.setting, name: $0) }
        }
        if SystemAccounts.number(ofGroup: group) == nil { unknown.append(("group", group)) }
        return unknown
    }
}

extension ControlAccess {
    /// Who may ask what. A name that the machine does not know gives nobody anything.
    init(_ control: ServiceConfiguration.Control?) {
        self.init()
        guard let control else { return }
        func accounts(_ names: [String]) -> Set<Account> {
            Set(names.compactMap { Account(text: $0) })
        }
        group = SystemAccounts.number(ofGroup: control.group)
        viewers = accounts(control.viewers)
        responders = accounts(control.responders)
        operators = accounts(control.operators)
    }
}
