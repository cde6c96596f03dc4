using System.Security.Cryptography;
using Google.Protobuf;
using Tunnel.Shared.Interconnect.Wire;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Interconnect;

/// <summary>The portal's side of the handshake, on a connection whose security is set up.</summary>
internal sealed class PortalHandshake(IConnection connection, byte[] binding, InterconnectAcceptOptions options)
{
    /// <summary>
    /// Stands in for the key that an unknown id would have, so that an unknown id costs the same messages and the same work as
    /// a known one; random, so that nothing can be proven with it.
    /// </summary>
    private static readonly InterconnectKey DummyKey = InterconnectKey.Generate();

    /// <summary>What the bridge said of itself; null before it did, and unproven until the end.</summary>
    public Hello? Hello { get; private set; }

    /// <summary>Runs the handshake; returns the result or the refusal to send. The connection stays with the caller.</summary>
    /// <exception cref="IOException">The transport failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<(HandshakeResult? Result, PortalRefusal? Refusal)> RunAsync(CancellationToken cancellationToken)
    {
        using var channel = new HandshakeChannel(connection);
        var read = await channel.ReadAsync(HandshakeLimits.MaxUnprovenMessageBytes, cancellationToken);
        if (Unexpected(read, HandshakeMessage.BodyOneofCase.Hello) is { } notHello)
        {
            return (null, notHello);
        }

        var hello = read.Message!.Hello;
        if (CheckHello(hello) is { } malformed)
        {
            return (null, malformed);
        }

        Hello = hello;
        if (!hello.Versions.Contains(HandshakeLimits.Version))
        {
            return (null, new PortalRefusal(RefusalReason.VersionNotSupported, "the bridge speaks no version of the handshake that this portal speaks"));
        }

        var challenge = new Challenge
        {
            Version = HandshakeLimits.Version,
            Nonce = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(HandshakeLimits.NonceBytes)),
        };
        await channel.WriteAsync(new HandshakeMessage { Challenge = challenge }, cancellationToken);

        var credential = options.Credentials.Find(hello.KeyId);
        var key = credential?.Key ?? DummyKey;
        var expected = HandshakeProof.OfBridge(key.Secret, channel.TranscriptHash(), binding);
        read = await channel.ReadAsync(HandshakeLimits.MaxUnprovenMessageBytes, cancellationToken);
        if (Unexpected(read, HandshakeMessage.BodyOneofCase.Proof) is { } notProof)
        {
            return (null, notProof);
        }

        var proven = HandshakeProof.AreEqual(expected, read.Message!.Proof.Proof_.Span);
        if (Judge(hello, credential, proven) is { } refusal)
        {
            return (null, refusal);
        }

        return (await WelcomeAsync(channel, hello, key, cancellationToken), null);
    }

    private async Task<HandshakeResult> WelcomeAsync(HandshakeChannel channel, Hello hello, InterconnectKey key, CancellationToken cancellationToken)
    {
        var sessionId = RandomNumberGenerator.GetBytes(HandshakeLimits.SessionIdBytes);
        var resumeSecret = RandomNumberGenerator.GetBytes(HandshakeLimits.ResumeSecretBytes);
        var content = new WelcomeContent
        {
            Settings = new Settings
            {
                HeartbeatIntervalMilliseconds = (uint)options.Settings.HeartbeatInterval.TotalMilliseconds,
                DeadAfterMilliseconds = (uint)options.Settings.DeadAfter.TotalMilliseconds,
                InitialWindowBytes = (uint)options.Settings.InitialWindow,
            },
            SessionId = ByteString.CopyFrom(sessionId),
            ResumeSecret = ByteString.CopyFrom(resumeSecret),
            Software = SoftwareIdentity.Name,
            SoftwareVersion = SoftwareIdentity.Version,
        }.ToByteArray();
        var proof = HandshakeProof.OfPortal(key.Secret, channel.TranscriptHash(), content, binding);
        var welcome = new Welcome { Content = ByteString.CopyFrom(content), Proof = ByteString.CopyFrom(proof) };
        await channel.WriteAsync(new HandshakeMessage { Welcome = welcome }, cancellationToken);
        return new HandshakeResult
        {
            VirtualDomain = hello.VirtualDomain,
            KeyId = key.Id,
            SessionId = sessionId,
            ResumeSecret = resumeSecret,
            BridgeInstance = hello.BridgeInstance.Memory,
            PeerSoftware = HandshakeText.Clean($"{hello.Software} {hello.SoftwareVersion}", HandshakeLimits.MaxSoftwareLength),
            Settings = options.Settings,
            Resume = hello.Resume is { } resume ? new ResumeRequest(resume.SessionId.Memory, (long)resume.Received) : null,
        };
    }

    /// <summary>Everything about domains is said only to a bridge that has proven its key.</summary>
    private PortalRefusal? Judge(Hello hello, InterconnectCredential? credential, bool proven)
    {
        if (credential is null)
        {
            return new PortalRefusal(RefusalReason.UnknownKey, $"no key has the id {hello.KeyId}");
        }

        if (!proven)
        {
            return new PortalRefusal(
                RefusalReason.BadProof,
                $"the proof for the key {hello.KeyId} is wrong: somebody between the bridge and this portal presents another certificate "
                + "(a man in the middle), or the bridge does not hold the key");
        }

        if (!credential.Allows(hello.VirtualDomain))
        {
            return new PortalRefusal(RefusalReason.DomainNotAllowed, $"the key {hello.KeyId} may not claim the virtual domain '{hello.VirtualDomain}'");
        }

        return options.IsDomainServed(hello.VirtualDomain)
            ? null
            : new PortalRefusal(RefusalReason.UnknownDomain, $"the virtual domain '{hello.VirtualDomain}' is not served here");
    }

    private static PortalRefusal? CheckHello(Hello hello)
    {
        var good = HandshakeText.IsName(hello.VirtualDomain, HandshakeLimits.MaxDomainLength)
            && HandshakeText.IsName(hello.KeyId, HandshakeLimits.MaxKeyIdLength)
            && hello.Nonce.Length == HandshakeLimits.NonceBytes
            && hello.BridgeInstance.Length == HandshakeLimits.InstanceBytes
            && (hello.Resume is null || (hello.Resume.SessionId.Length == HandshakeLimits.SessionIdBytes && hello.Resume.Received <= long.MaxValue));
        return good ? null : new PortalRefusal(RefusalReason.Malformed, "a field of the hello is out of range");
    }

    private static PortalRefusal? Unexpected(HandshakeRead read, HandshakeMessage.BodyOneofCase expected) => read.Status switch
    {
        HandshakeReadStatus.Message when read.Message!.BodyCase == expected => null,
        HandshakeReadStatus.Message => new PortalRefusal(RefusalReason.Malformed, "a message out of turn"),
        HandshakeReadStatus.Ended => new PortalRefusal(RefusalReason.ConnectionLost, "the peer closed the connection during the handshake"),
        _ => new PortalRefusal(RefusalReason.Malformed, "the peer does not speak tunnel/1"),
    };
}
