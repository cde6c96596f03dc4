using System.Text.RegularExpressions;

namespace Tunnel.EndToEnd.Programs;

/// <summary>The lines that users and tests may rely on, each written down once.</summary>
public static partial class LogLines
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
    private const int TimeoutMilliseconds = 1000;

    /// <summary>Portal: a public address is open. Groups: address, domain.</summary>
    [GeneratedRegex(@"\bserving (?<address>\S+) -> (?<domain>\S+)", Options, TimeoutMilliseconds)]
    public static partial Regex Serving { get; }

    /// <summary>Portal: bridges may come. Group: address.</summary>
    [GeneratedRegex(@"\binterconnect listening on (?<address>[^\s,(]+)", Options, TimeoutMilliseconds)]
    public static partial Regex InterconnectListening { get; }

    /// <summary>Portal: a bridge is there. Groups: domain, address.</summary>
    [GeneratedRegex(@"\bbridge connected: (?<domain>\S+) from (?<address>[^\s,;]+)", Options, TimeoutMilliseconds)]
    public static partial Regex BridgeConnected { get; }

    /// <summary>Portal: a bridge is no longer there. Groups: domain, address, reason.</summary>
    [GeneratedRegex(@"\bbridge gone: (?<domain>\S+) from (?<address>\S+): (?<reason>.+)", Options, TimeoutMilliseconds)]
    public static partial Regex BridgeGone { get; }

    /// <summary>Portal: a bridge has lost its connection, and may come back. Groups: domain, reason.</summary>
    [GeneratedRegex(@"\bbridge away: (?<domain>\S+): (?<reason>.+)", Options, TimeoutMilliseconds)]
    public static partial Regex BridgeAway { get; }

    /// <summary>Portal: somebody on the interconnect's port was not let in. Group: reason.</summary>
    [GeneratedRegex(@"\brefused on the interconnect: .*: (?<reason>.+)", Options, TimeoutMilliseconds)]
    public static partial Regex Refused { get; }

    /// <summary>Portal: a visitor came in vain. Group: domain.</summary>
    [GeneratedRegex(@"\bno bridge for (?<domain>[^\s:,;]+)", Options, TimeoutMilliseconds)]
    public static partial Regex NoBridge { get; }

    /// <summary>Portal: visitors wait for a session. Group: domain.</summary>
    [GeneratedRegex(@"\bno session of (?<domain>\S+) takes visitors: they wait", Options, TimeoutMilliseconds)]
    public static partial Regex Parking { get; }

    /// <summary>Portal: no visitor waits any more. Groups: served, turned, left.</summary>
    [GeneratedRegex(@"waits any more: (?<served>\d+) were served, (?<turned>\d+) turned away, (?<left>\d+) left", Options, TimeoutMilliseconds)]
    public static partial Regex ParkingOver { get; }

    /// <summary>A program that drains was told to stop a second time.</summary>
    [GeneratedRegex(@"\btold to stop a second time\b", Options, TimeoutMilliseconds)]
    public static partial Regex DrainCutShort { get; }

    /// <summary>Bridge: the session is up. Groups: domain, address.</summary>
    [GeneratedRegex(@"(?<!bridge )\bconnected: (?<domain>\S+) through (?<address>[^\s,;]+)", Options, TimeoutMilliseconds)]
    public static partial Regex Connected { get; }

    /// <summary>Bridge: the session is down.</summary>
    [GeneratedRegex(@"\bconnection lost: (?<reason>.+)", Options, TimeoutMilliseconds)]
    public static partial Regex ConnectionLost { get; }

    /// <summary>Bridge: the session ended as it should.</summary>
    [GeneratedRegex(@"\bconnection closed: ", Options, TimeoutMilliseconds)]
    public static partial Regex ConnectionClosed { get; }

    /// <summary>Bridge: the connection of a session is lost; the session goes on if it comes back in time.</summary>
    [GeneratedRegex(@"\bconnection interrupted: ", Options, TimeoutMilliseconds)]
    public static partial Regex Interrupted { get; }

    /// <summary>Bridge: a lost session cannot go on yet. Group: reason.</summary>
    [GeneratedRegex(@"\bcannot resume yet: \S+ through \S+: (?<reason>.+); trying for ", Options, TimeoutMilliseconds)]
    public static partial Regex CannotResumeYet { get; }

    /// <summary>Bridge: a dial failed or was refused. Groups: reason, wait.</summary>
    [GeneratedRegex(@"\bcannot connect\b.*: (?<reason>.+); next try within (?<wait>\d+(\.\d+)?) s", Options, TimeoutMilliseconds)]
    public static partial Regex CannotConnect { get; }

    /// <summary>Bridge: the target did not take a visitor.</summary>
    [GeneratedRegex(@"refused|unreachable|cannot (reach|connect|open)", Options | RegexOptions.IgnoreCase, TimeoutMilliseconds)]
    public static partial Regex TargetFailed { get; }

    /// <summary>The configuration was read again and is in force. Group: result.</summary>
    [GeneratedRegex(@"\] reloaded \S+: (?<result>.+)", Options, TimeoutMilliseconds)]
    public static partial Regex Reloaded { get; }

    /// <summary>The configuration was read again and refused.</summary>
    [GeneratedRegex(@"\] not reloaded: ", Options, TimeoutMilliseconds)]
    public static partial Regex NotReloaded { get; }

    /// <summary>A visitor asked for a virtual domain and was closed. Group: domain.</summary>
    [GeneratedRegex(@"asks for '(?<domain>[^']+)', a virtual domain", Options, TimeoutMilliseconds)]
    public static partial Regex VirtualDomainRefused { get; }
}
