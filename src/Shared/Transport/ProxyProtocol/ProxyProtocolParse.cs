namespace Tunnel.Shared.Transport.ProxyProtocol;

/// <summary>What the first bytes of a connection are.</summary>
internal readonly record struct ProxyProtocolParse
{
    /// <summary>More bytes are needed.</summary>
    public static readonly ProxyProtocolParse Incomplete;

    public ProxyProtocolStatus Status { get; private init; }

    /// <summary>The header; null unless it is complete.</summary>
    public ProxyProtocolHeader? Header { get; private init; }

    /// <summary>How many bytes the header takes; 0 unless it is complete.</summary>
    public int Length { get; private init; }

    /// <summary>What is wrong, for a log; null unless it is invalid.</summary>
    public string? Complaint { get; private init; }

    public static ProxyProtocolParse Complete(ProxyProtocolHeader header, int length) =>
        new() { Status = ProxyProtocolStatus.Complete, Header = header, Length = length };

    public static ProxyProtocolParse Invalid(string complaint) => new() { Status = ProxyProtocolStatus.Invalid, Complaint = complaint };
}
