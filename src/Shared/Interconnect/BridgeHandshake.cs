using System.Buffers;
using System.Security.Cryptography;
using Google.Protobuf;
using Tunnel.Mux.Messages;
using Tunnel.Shared.Interconnect.Wire;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Interconnect;

/// <summary>The bridge's side of the handshake, on a connection whose security is set up.</summary>
internal sealed class BridgeHandshake(IConnection connection, InterconnectKey key, string virtualDomain, byte[] binding, string target, TimeSpan resumeWithin)
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

        var asked = channel.TranscriptHash();
        var proof = new Proof { Proof_ = ByteString.CopyFrom(HandshakeProof.OfBridge(key.Secret, asked, binding)) };
        if (resume is not null)
        {
            proof.ResumeProof = ByteString.CopyFrom(HandshakeProof.OfResume(resume.Secret.Span, asked, binding));
        }

        await channel.WriteAsync(new HandshakeMessage { Proof = proof }, cancellationToken);

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

        return ToResult(welcome.Content, resume);
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
            BridgeIdentity = ByteString.CopyFrom(SoftwareIdentity.Installation.Span),
            Software = SoftwareIdentity.Name,
            SoftwareVersion = SoftwareIdentity.Version,
            ResumeWithinMilliseconds = (uint)resumeWithin.TotalMilliseconds,
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

    private HandshakeResult ToResult(ByteString content, ResumeRequest? resume)
    {
        var welcome = HostileMessage.Parse(WelcomeContent.Parser, HandshakeCodec.WelcomeShape, new ReadOnlySequence<byte>(content.Memory))
            ?? throw ProtocolError("its welcome cannot be read");
        var keptFor = TimeSpan.FromMilliseconds(welcome.Settings?.ResumeWithinMilliseconds ?? 0);
        var needsSecret = keptFor > TimeSpan.Zero && !welcome.Resumed;
        if (welcome.SessionId.Length != HandshakeLimits.SessionIdBytes
            || welcome.ResumeSecret.Length is not (0 or HandshakeLimits.ResumeSecretBytes)
            || (needsSecret && welcome.ResumeSecret.IsEmpty)
            || keptFor > resumeWithin
            || welcome.Resumed != (resume is not null)
            || (resume is not null && !welcome.SessionId.Span.SequenceEqual(resume.SessionId.Span))
            || welcome.Received > long.MaxValue)
        {
            throw ProtocolError("its welcome is not one of version 1");
        }

        return new HandshakeResult
        {
            VirtualDomain = virtualDomain,
            KeyId = key.Id,
            SessionId = welcome.SessionId.Memory,
            ResumeSecret = welcome.ResumeSecret.Memory,
            BridgeInstance = SoftwareIdentity.Instance,
            PeerSoftware = HandshakeText.Clean($"{welcome.Software} {welcome.SoftwareVersion}", HandshakeLimits.MaxSoftwareLength),
            ResumeWithin = keptFor,
            ReceivedByPeer = welcome.Resumed ? (long)welcome.Received : null,
        };
    }

    private InterconnectException ProtocolError(string reason) =>
        new(InterconnectError.ProtocolError, $"The peer at {target} does not speak tunnel/1: {reason}.");
}
