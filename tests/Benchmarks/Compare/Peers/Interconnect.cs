using System.Net;
using Tunnel.Testing;

namespace Tunnel.Benchmarks.Compare.Peers;

/// <summary>What a portal and a bridge speak with each other, and how their programs are called.</summary>
internal sealed record Interconnect(string Protocol, object Inbound, Func<IPEndPoint, object> Outbound, object? Stream)
{
    private const string VMessId = "27848739-7e62-4138-9fd3-098a63964b6b";

    /// <summary>The configuration's <c>log</c>.</summary>
    public object Log { get; init; } = new { loglevel = "warning" };

    /// <summary>Whether both sides refuse it off loopback.</summary>
    public bool NeedsLoopback { get; init; }

    /// <summary>What stands before the configuration's name.</summary>
    public string[] RunArguments { get; init; } = ["run", "-c"];

    /// <summary>What makes the program print its version.</summary>
    public string[] VersionArguments { get; init; } = ["--version"];

    /// <summary>Our own protocol.</summary>
    /// <param name="security">Null for the default.</param>
    /// <param name="resumable">Whether a session outlives its connection, as it does by default.</param>
    public static Interconnect Tunnel(string? security, bool resumable)
    {
        var key = TestKey.New();
        var resumeWithin = resumable ? null : "0s";
        return new Interconnect(
            "tunnel",
            new { clients = new[] { new { key } }, resumeWithin },
            portal => new { servers = new[] { new { address = portal.Address.ToString(), port = portal.Port, key } }, resumeWithin },
            security is null ? null : new { security })
        {
            NeedsLoopback = security == "none",
        };
    }

    /// <summary>V2Ray's, with AEAD headers (which alterId 0 means) and the cipher that V2Ray chooses on x86.</summary>
    public static Interconnect VMess() => new(
        "vmess",
        new { clients = new[] { new { id = VMessId, alterId = 0 } } },
        static portal => new
        {
            vnext = new[]
            {
                new
                {
                    address = portal.Address.ToString(),
                    port = portal.Port,
                    users = new[] { new { id = VMessId, alterId = 0, security = "aes-128-gcm" } },
                },
            },
        },
        null);
}
