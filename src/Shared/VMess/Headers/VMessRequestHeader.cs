using System.Security.Cryptography;
using Tunnel.Mux;

namespace Tunnel.Shared.VMess.Headers;

/// <summary>What a request's header says.</summary>
internal sealed record VMessRequestHeader
{
    /// <summary>16 random bytes; the IV of the request's body.</summary>
    public required byte[] BodyIv { get; init; }

    /// <summary>16 random bytes; the key of the request's body. Secret.</summary>
    public required byte[] BodyKey { get; init; }

    /// <summary>V: the response must repeat it.</summary>
    public required byte ResponseCheck { get; init; }

    public required VMessBodyOptions Options { get; init; }

    /// <summary>Never <see cref="VMessSecurity.Auto"/>.</summary>
    public required VMessSecurity Security { get; init; }

    public required VMessCommand Command { get; init; }

    /// <summary>Null exactly where the command is <see cref="VMessCommand.Mux"/>.</summary>
    public required Destination? Destination { get; init; }

    /// <summary>A header with new random keys.</summary>
    public static VMessRequestHeader Create(VMessSecurity security, VMessBodyOptions options, VMessCommand command, Destination? destination) => new()
    {
        BodyIv = RandomNumberGenerator.GetBytes(16),
        BodyKey = RandomNumberGenerator.GetBytes(16),
        ResponseCheck = RandomNumberGenerator.GetBytes(1)[0],
        Options = options,
        Security = security,
        Command = command,
        Destination = destination,
    };

    // A record prints all its properties, and some of them are secret.
    public override string ToString() => $"{Command} {Destination} {Security} {Options}";
}
