using System.Security.Cryptography;
using Google.Protobuf;
using Tunnel.Shared.Interconnect.Wire;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Interconnect;

/// <summary>The bridge's side of the handshake, on a connection whose security is set up.</summary>
internal sealed class BridgeHandshake(IConnection connection, InterconnectKey key, string virtualDomain, byte[] binding, string target)
{
    /// <summary>Runs the handshake; the connection stays with the caller either way.</summary>
    /// <exception cref="InterconnectException">It failed, for whatever the peer did.</exception>
    /// <exception cref="IOException">The transport failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<HandshakeResult> RunAsync(ResumeRequest? resume, CancellationToken cancellationToken)
    {
        using var channel = new HandshakeChannel(connection);
        await channel.WriteAsync(new HandshakeMessage { Hello = CreateHello(resume) }, cancellationToken);

        var answer = await ReadAsync(channel, HandshakeLimits.MaxUnprovenMessageBytes, HandshakeMessage.BodyOneofCase.Challenge, cancellationToken);
        var challenge = answer.Challenge;
        if (challenge.Version != HandshakeLimits.Version || challenge.Nonce.Length != HandshakeLimits.NonceBytes)
        {
            throw ProtocolError("its challenge is not one of version 1");
        }

        var proof = HandshakeProof.OfBridge(key.Secret, channel.TranscriptHash(), binding);
        await channel.WriteAsync(new HandshakeMessage { Proof = new Proof { Proof_ = ByteString.CopyFrom(proof) } }, cancellationToken);

        var proven = channel.TranscriptHash();
        answer = await ReadAsync(channel, HandshakeLimits.MaxMessageBytes, HandshakeMessage.BodyOneofCase.Welcome, cancellationToken);
        var welcome = answer.Welcome;
        if (!HandshakeProof.AreEqual(HandshakeProof.OfPortal(key.Secret, proven, welcome.Content.Span, binding), welcome.Proof.Span))
        {
            throw new InterconnectException(
                InterconnectError.PortalProofWrong,
                $"The peer at {target} could not prove that it holds the key {key.Id}: it is not your portal but something that pretends to be. Check the address.",
                permanent: true);
        }

        return ToResult(welcome.Content);
    }

    private Hello CreateHello(ResumeRequest? resume)
    {
        var hello = new Hello
        {
            Versions = { HandshakeLimits.Version },
            VirtualDomain = virtualDomain,
            KeyId = key.Id,
            Nonce = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(HandshakeLimits.NonceBytes)),
            BridgeInstance = ByteString.CopyFrom(SoftwareIdentity.Instance.Span),
            Software = SoftwareIdentity.Name,
            SoftwareVersion = SoftwareIdentity.Version,
        };
        if (resume is not null)
        {
            hello.Resume = new Wire.ResumeRequest { SessionId = ByteString.CopyFrom(resume.SessionId.Span), Received = (ulong)resume.Received };
        }

        return hello;
    }

    private async ValueTask<HandshakeMessage> ReadAsync(
        HandshakeChannel channel, int maxBytes, HandshakeMessage.BodyOneofCase expected, CancellationToken cancellationToken)
    {
        var read = await channel.ReadAsync(maxBytes, cancellationToken);
        switch (read.Status)
        {
            case HandshakeReadStatus.Message when read.Message!.BodyCase == expected:
                return read.Message;
            case HandshakeReadStatus.Message when read.Message!.BodyCase == HandshakeMessage.BodyOneofCase.Reject:
                throw InterconnectRejection.ToException(read.Message.Reject, target, key.Id, virtualDomain);
            case HandshakeReadStatus.Message:
                throw ProtocolError("it sent a message out of turn");
            case HandshakeReadStatus.Ended:
                throw new InterconnectException(
                    InterconnectError.ConnectionLost,
                    $"The peer at {target} closed the connection during the handshake. Is it the portal's interconnect port, and with the same security?");
            default:
                throw ProtocolError("what it sent is not a handshake; is it the portal's interconnect port, and with the same security?");
        }
    }

    private HandshakeResult ToResult(ByteString content)
    {
        WelcomeContent welcome;
        try
        {
            welcome = WelcomeContent.Parser.ParseFrom(content);
        }
        catch (InvalidProtocolBufferException)
        {
            throw ProtocolError("its welcome cannot be read");
        }

        if (welcome.SessionId.Length != HandshakeLimits.SessionIdBytes || welcome.ResumeSecret.Length != HandshakeLimits.ResumeSecretBytes)
        {
            throw ProtocolError("its welcome is not one of version 1");
        }

        var settings = welcome.Settings ?? new Settings();
        return new HandshakeResult
        {
            VirtualDomain = virtualDomain,
            KeyId = key.Id,
            SessionId = welcome.SessionId.Memory,
            ResumeSecret = welcome.ResumeSecret.Memory,
            BridgeInstance = SoftwareIdentity.Instance,
            PeerSoftware = HandshakeText.Clean($"{welcome.Software} {welcome.SoftwareVersion}", HandshakeLimits.MaxSoftwareLength),
            Settings = new InterconnectSettings
            {
                HeartbeatInterval = TimeSpan.FromMilliseconds(settings.HeartbeatIntervalMilliseconds),
                DeadAfter = TimeSpan.FromMilliseconds(settings.DeadAfterMilliseconds),
                InitialWindow = (int)Math.Min(settings.InitialWindowBytes, int.MaxValue),
            },
        };
    }

    private InterconnectException ProtocolError(string reason) =>
        new(InterconnectError.ProtocolError, $"The peer at {target} does not speak tunnel/1: {reason}.");
}
