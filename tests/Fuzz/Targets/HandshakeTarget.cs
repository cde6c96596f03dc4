using System.Buffers;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Interconnect.Links;
using Tunnel.Shared.Interconnect.Wire;
using ResumeRequest = Tunnel.Shared.Interconnect.ResumeRequest;

namespace Tunnel.Fuzz.Targets;

/// <summary>The interconnect's handshake, from peers that know the key and from those that do not.</summary>
internal static class HandshakeTarget
{
    private const string Domain = "home.example";

    /// <summary>What a peer sends directly behind the handshake: the mux's, and never the handshake's.</summary>
    private static readonly byte[] Behind = [1, 2, 3, 4, 5];

    private static readonly TimeSpan ResumeWithin = TimeSpan.FromSeconds(30);

    private static readonly ResumeRequest Resume = new(new byte[HandshakeLimits.SessionIdBytes], new byte[HandshakeLimits.ResumeSecretBytes], 12345);

    private static readonly InterconnectAcceptOptions Options = new()
    {
        Certificate = null,
        Credentials = new CredentialTable([new InterconnectCredential(FixedKey.Key, [Domain, "other.example"])]),
        IsDomainServed = static domain => domain == Domain,
        Links = new PortalLinks(InterconnectSettings.Default, NullLogger.Instance),
    };

    private static readonly Hello Hello = new()
    {
        Versions = { HandshakeLimits.Version },
        VirtualDomain = Domain,
        KeyId = FixedKey.Key.Id,
        Nonce = ByteString.CopyFrom(new byte[HandshakeLimits.NonceBytes]),
        BridgeInstance = ByteString.CopyFrom(new byte[HandshakeLimits.InstanceBytes]),
        BridgeIdentity = ByteString.CopyFrom(new byte[HandshakeLimits.InstanceBytes]),
        ResumeWithinMilliseconds = 30_000,
        Software = "tunnel",
        SoftwareVersion = "1",
    };

    private static readonly WelcomeContent Content = new()
    {
        Settings = new Settings { ResumeWithinMilliseconds = 30_000 },
        SessionId = ByteString.CopyFrom(new byte[HandshakeLimits.SessionIdBytes]),
        ResumeSecret = ByteString.CopyFrom(new byte[HandshakeLimits.ResumeSecretBytes]),
        Software = "tunnel",
        SoftwareVersion = "1",
    };

    public static FuzzTarget Create() => new("handshake", "interconnect: messages, both sides of the handshake, before and behind the proofs",
    [
        new FuzzCase("codec", RunCodec) { Seeds = Messages(), MaxLength = 6 * 1024 },
        new FuzzCase("portal", static (bytes, observations) => RunPortal(new FedConnection(bytes), observations))
        {
            Seeds = [[.. Messages()[0], .. Messages()[2]], .. Messages()],
            MaxLength = 6 * 1024,
        },
        new FuzzCase("portal-proven", static (bytes, observations) => RunPortal(new FedConnection(portal => ProvenBridge(bytes, portal)), observations))
        {
            Seeds = [Hello.ToByteArray(), Resuming().ToByteArray()],
            Words = [.. Texts.Bytes("other.example", "home.example", "\u0008\u0001", "\u0012")],
        },
        new FuzzCase("bridge", static (bytes, observations) => RunBridge(new FedConnection(bytes), resume: null, observations))
        {
            Seeds = [[.. Messages()[1], .. Messages()[3]], .. Messages()],
            MaxLength = 6 * 1024,
        },
        new FuzzCase("bridge-proven", static (bytes, observations) => RunBridge(new FedConnection(bridge => ProvenPortal(bytes, bridge)), resume: null, observations))
        {
            Seeds = [Content.ToByteArray()],
        },
        new FuzzCase("bridge-resuming", static (bytes, observations) => RunBridge(new FedConnection(bridge => ProvenPortal(bytes, bridge)), Resume, observations))
        {
            Seeds = [Resumed().ToByteArray()],
        },
    ]);

    private static Hello Resuming()
    {
        var hello = Hello.Clone();
        hello.Resume = new Tunnel.Shared.Interconnect.Wire.ResumeRequest { SessionId = Content.SessionId, Received = 12345 };
        return hello;
    }

    private static WelcomeContent Resumed()
    {
        var content = Content.Clone();
        content.Resumed = true;
        content.Received = 100;
        content.ResumeSecret = ByteString.Empty;
        return content;
    }

    private static byte[][] Messages() =>
    [
        Frame(new HandshakeMessage { Hello = Hello }),
        Frame(new HandshakeMessage { Challenge = new Challenge { Version = HandshakeLimits.Version, Nonce = Hello.Nonce } }),
        Frame(new HandshakeMessage { Proof = new Proof { Proof_ = ByteString.CopyFrom(new byte[HandshakeLimits.ProofBytes]) } }),
        Frame(new HandshakeMessage { Welcome = new Welcome { Content = Content.ToByteString(), Proof = ByteString.CopyFrom(new byte[HandshakeLimits.ProofBytes]) } }),
        Frame(new HandshakeMessage { Reject = new Reject { Code = RejectCode.Busy, Text = "busy", RetryAfterSeconds = 5 } }),
    ];

    private static byte[] Frame(HandshakeMessage message)
    {
        var output = new ArrayBufferWriter<byte>();
        HandshakeCodec.Write(output, message);
        return output.WrittenSpan.ToArray();
    }

    private static void RunCodec(byte[] bytes, Observations observations)
    {
        var read = HandshakeCodec.TryRead(Split.Sequence(bytes), HandshakeLimits.MaxUnprovenMessageBytes, out var frame);
        observations.Note(read.Status);
        observations.Note(read.Message?.BodyCase ?? HandshakeMessage.BodyOneofCase.None);
        PropertyException.Require((read.Status == HandshakeReadStatus.Message) == (read.Message is not null), "there is a message where the status says so");
        PropertyException.Require(frame.Length <= bytes.Length && frame.IsEmpty == (read.Message is null), "the frame is a part of what was read");
        if (read.Message is { } message)
        {
            var again = HandshakeCodec.TryRead(new ReadOnlySequence<byte>(Frame(message)), HandshakeLimits.MaxMessageBytes, out _);
            PropertyException.Require(message.CalculateSize() == 0 || message.Equals(again.Message), "what was read is written so that it is read again");
        }
    }

    private static void RunPortal(FedConnection connection, Observations observations)
    {
        var (result, refusal) = new PortalHandshake(connection, ChannelBinding.Plaintext, Options).RunAsync(CancellationToken.None).GetAwaiter().GetResult();
        PropertyException.Require(result is null != refusal is null, "a handshake is accepted or refused");
        observations.Note(refusal?.ToString());
        if (result is null)
        {
            return;
        }

        RequireBehind(connection);
        PropertyException.Require(string.Equals(result.VirtualDomain, Domain, StringComparison.Ordinal), "only a domain that is served is accepted");
        PropertyException.Require(!result.PeerSoftware.Any(char.IsControl), "a peer's text has no control characters");
        PropertyException.Require(result.ReceivedByPeer is null, "nobody goes on with a session that is not kept");
        observations.Note(result.ResumeWithin > TimeSpan.Zero);
    }

    private static void RunBridge(FedConnection connection, ResumeRequest? resume, Observations observations)
    {
        try
        {
            var result = new BridgeHandshake(connection, FixedKey.Key, Domain, ChannelBinding.Plaintext, "test", ResumeWithin).RunAsync(resume, CancellationToken.None).GetAwaiter().GetResult();
            RequireBehind(connection);
            PropertyException.Require(!result.PeerSoftware.Any(char.IsControl), "a peer's text has no control characters");
            PropertyException.Require(result.ResumeWithin <= ResumeWithin && result.ReceivedByPeer is null == resume is null, "a portal gives no more than was asked for");
            observations.Note(result.ResumeWithin > TimeSpan.Zero);
        }
        catch (InterconnectException exception)
        {
            PropertyException.Require(Enum.IsDefined(exception.Code) && !exception.Message.Any(char.IsControl), "a failure has a code and a text for one line");
            observations.Note(exception.Code);
            observations.Note(exception);
        }
    }

    /// <summary>A bridge that holds the key and says anything in its hello.</summary>
    private static IEnumerable<byte[]> ProvenBridge(byte[] hello, CollectingPipeWriter portal)
    {
        var frame = Prefix(Wrap(HandshakeMessage.HelloFieldNumber, hello));
        yield return frame;
        var proof = HandshakeProof.OfBridge(FixedKey.Key.Secret, Hash(frame, portal.Written.ToArray()), ChannelBinding.Plaintext);
        yield return Frame(new HandshakeMessage { Proof = new Proof { Proof_ = ByteString.CopyFrom(proof) } });
        yield return Behind;
    }

    /// <summary>A portal that holds the key and says anything in its welcome.</summary>
    private static IEnumerable<byte[]> ProvenPortal(byte[] content, CollectingPipeWriter bridge)
    {
        var hello = bridge.Written.ToArray();
        var challenge = Messages()[1];
        yield return challenge;
        var transcript = Hash(hello, challenge, bridge.Written[hello.Length..].ToArray());
        var proof = HandshakeProof.OfPortal(FixedKey.Key.Secret, transcript, content, ChannelBinding.Plaintext);
        yield return Frame(new HandshakeMessage { Welcome = new Welcome { Content = ByteString.CopyFrom(content), Proof = ByteString.CopyFrom(proof) } });
        yield return Behind;
    }

    private static byte[] Hash(params ReadOnlySpan<byte[]> frames)
    {
        using var transcript = new HandshakeTranscript();
        foreach (var frame in frames)
        {
            transcript.Append(frame);
        }

        return transcript.Current();
    }

    /// <summary>One field of a protobuf message that holds another.</summary>
    private static byte[] Wrap(int field, byte[] message)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream))
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(message));
        }

        return stream.ToArray();
    }

    private static byte[] Prefix(byte[] message)
    {
        byte[] frame = [.. NativeFrames.UInt32((uint)message.Length), .. message];
        return frame;
    }

    /// <summary>What follows the handshake belongs to the mux, and none of it may be missing.</summary>
    private static void RequireBehind(FedConnection connection)
    {
        var read = connection.Reader.ReadAtLeastAsync(Behind.Length).AsTask().GetAwaiter().GetResult();
        PropertyException.Require(read.Buffer.Slice(0, Math.Min(read.Buffer.Length, Behind.Length)).ToArray().AsSpan().SequenceEqual(Behind), "nothing behind the handshake is taken");
        connection.Reader.AdvanceTo(read.Buffer.End);
    }
}
