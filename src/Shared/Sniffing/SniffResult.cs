namespace Tunnel.Shared.Sniffing;

/// <summary>What the first bytes of a connection say of it.</summary>
/// <param name="Status">Whether more bytes could change it.</param>
/// <param name="Protocol">The protocol, as rules name it; under <see cref="SniffStatus.NeedMore"/> only where it is certain already.</param>
/// <param name="Domain">The host name the visitor asks for, in lower case; null where it names none that is valid.</param>
/// <param name="ApplicationProtocols">What a ClientHello offers by ALPN, for a log.</param>
internal sealed record SniffResult(SniffStatus Status, string? Protocol = null, string? Domain = null, string? ApplicationProtocols = null)
{
    public static SniffResult No { get; } = new(SniffStatus.No);

    public static SniffResult NeedMore { get; } = new(SniffStatus.NeedMore);

    /// <summary>A ClientHello was found.</summary>
    public static SniffResult Of(string protocol, ClientHello hello) => new(
        SniffStatus.Found,
        protocol,
        hello.ServerName,
        hello.ApplicationProtocols.IsEmpty ? null : string.Join(',', hello.ApplicationProtocols));
}
