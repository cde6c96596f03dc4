using System.Net;

namespace Tunnel.Shared.Transport;

/// <summary>What became of a socket that <see cref="StreamTransport"/> was given: accepted or refused, nothing else.</summary>
public abstract record StreamAccept
{
    private StreamAccept()
    {
    }

    /// <summary>The connection is ready; the receiver owns it.</summary>
    public sealed record Accepted(IConnection Connection) : StreamAccept
    {
        /// <summary>What TLS agreed to speak, such as <c>h2</c>; empty where it agreed on nothing, null where there is no TLS.</summary>
        public string? ApplicationProtocol { get; init; }
    }

    /// <summary>The socket is closed already.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Text">Why, for a log: printable, bounded, names what to do.</param>
    /// <param name="Remote">The peer's address, if it is known.</param>
    public sealed record Refused(StreamRefusal Reason, string Text, EndPoint? Remote) : StreamAccept;
}
