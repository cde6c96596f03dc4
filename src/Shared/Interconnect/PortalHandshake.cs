using System.Security.Cryptography;
using Google.Protobuf;
using Tunnel.Shared.Interconnect.Links;
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
        var asked = channel.TranscriptHash();
        var expected = HandshakeProof.OfBridge(key.Secret, asked, binding);
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

        if (hello.Resume is null)
        {
            return (await WelcomeAsync(channel, hello, key, cancellationToken), null);
        }

        return FindLink(hello, read.Message.Proof.ResumeProof, asked) is { } link
            ? (await WelcomeBackAsync(channel, hello, key, link, cancellationToken), null)
            : (null, new PortalRefusal(RefusalReason.UnknownSession, "the session to go on with is not kept here"));
    }

    /// <summary>The session that the bridge wants to go on with, if it is kept and the bridge was given it.</summary>
    private PortalLink? FindLink(Hello hello, ByteString proof, ReadOnlySpan<byte> asked)
    {
        // An unknown session is as much work as a wrong proof.
        var link = options.Links?.Find(hello.Resume.SessionId.Span);
        var expected = HandshakeProof.OfResume((link?.Handshake.ResumeSecret ?? DummyKey.Secret.ToArray()).Span, asked, binding);
        return HandshakeProof.AreEqual(expected, proof.Span) && link?.Handshake.VirtualDomain == hello.VirtualDomain ? link : null;
    }

    private async Task<HandshakeResult> WelcomeAsync(HandshakeChannel channel, Hello hello, InterconnectKey key, CancellationToken cancellationToken)
    {
        var bridgeAsks = TimeSpan.FromMilliseconds(hello.ResumeWithinMilliseconds);
        var resumeWithin = options.Links is null ? TimeSpan.Zero : bridgeAsks < options.Settings.ResumeWithin ? bridgeAsks : options.Settings.ResumeWithin;
        var sessionId = RandomNumberGenerator.GetBytes(HandshakeLimits.SessionIdBytes);
        var resumeSecret = resumeWithin > TimeSpan.Zero ? RandomNumberGenerator.GetBytes(HandshakeLimits.ResumeSecretBytes) : [];
        await SendAsync(
            channel,
            key,
            new WelcomeContent
            {
                Settings = new Settings { ResumeWithinMilliseconds = (uint)resumeWithin.TotalMilliseconds },
                SessionId = ByteString.CopyFrom(sessionId),
                ResumeSecret = ByteString.CopyFrom(resumeSecret),
            },
            cancellationToken);
        return ToResult(hello, key, resumeWithin) with { SessionId = sessionId, ResumeSecret = resumeSecret };
    }

    /// <summary>The old connection, should it seem to live still, is given up for the new one.</summary>
    private async Task<HandshakeResult> WelcomeBackAsync(
        HandshakeChannel channel, Hello hello, InterconnectKey key, PortalLink link, CancellationToken cancellationToken)
    {
        var received = await link.SuspendAsync(cancellationToken);
        await SendAsync(
            channel,
            key,
            new WelcomeContent
            {
                Settings = new Settings { ResumeWithinMilliseconds = (uint)link.Handshake.ResumeWithin.TotalMilliseconds },
                SessionId = hello.Resume.SessionId,
                Resumed = true,
                Received = (ulong)received,
            },
            cancellationToken);
        return ToResult(hello, key, link.Handshake.ResumeWithin) with
        {
            SessionId = hello.Resume.SessionId.Memory,
            ReceivedByPeer = (long)hello.Resume.Received,
        };
    }

    private async Task SendAsync(HandshakeChannel channel, InterconnectKey key, WelcomeContent welcome, CancellationToken cancellationToken)
    {
        welcome.Software = SoftwareIdentity.Name;
        welcome.SoftwareVersion = SoftwareIdentity.Version;
        var content = welcome.ToByteArray();
        var proof = HandshakeProof.OfPortal(key.Secret, channel.TranscriptHash(), content, binding);
        var message = new Welcome { Content = ByteString.CopyFrom(content), Proof = ByteString.CopyFrom(proof) };
        await channel.WriteAsync(new HandshakeMessage { Welcome = message }, cancellationToken);
    }

    private static HandshakeResult ToResult(Hello hello, InterconnectKey key, TimeSpan resumeWithin) => new()
    {
        VirtualDomain = hello.VirtualDomain,
        KeyId = key.Id,
        SessionId = default,
        ResumeSecret = default,
        BridgeInstance = hello.BridgeInstance.Memory,
        BridgeIdentity = hello.BridgeIdentity.Memory,
        PeerSoftware = HandshakeText.Clean($"{hello.Software} {hello.SoftwareVersion}", HandshakeLimits.MaxSoftwareLength),
        ResumeWithin = resumeWithin,
    };

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
            && hello.BridgeIdentity.Length is 0 or HandshakeLimits.InstanceBytes
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
