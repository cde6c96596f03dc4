using System.Buffers;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Mux;
using Tunnel.Shared.Sniffing;
using Tunnel.Testing.Net;
using ClientHello = Tunnel.Shared.Sniffing.ClientHello;

namespace Tunnel.Fuzz.Targets;

/// <summary>What is recognised by a connection's first bytes.</summary>
internal static class SniffTarget
{
    private static readonly byte[] Hello = Hellos.Message("www.target.example", 32, "h2", "http/1.1");
    private static readonly QuicPackets Quic = new(QuicPackets.V1);

    private static readonly byte[][] HelloWords =
        [[0, 0], [0, 16], [0, 51], [0, 5, 0, 3, 2, (byte)'h', (byte)'2'], .. Texts.Bytes("www.target.example", ".", "-", "xn--", "127.0.0.1", "0x7f.1")];

    public static FuzzTarget Create() => new("sniff", "sniffing: TLS, HTTP and BitTorrent on connections, QUIC on datagrams, host names",
    [
        new FuzzCase("stream", RunStream)
        {
            Seeds =
            [
                Hellos.Records(Hello), Hellos.Records(Hello, size: 40), Hellos.Records(Hellos.Message(name: null, keyShare: 1200)),
                .. Texts.Bytes("GET / HTTP/1.1\r\nHost: www.target.example:80\r\n\r\n", "POST /x HTTP/1.0\r\n\r\n", "\u0013BitTorrent protocol"),
            ],
            Words = [.. HelloWords, .. Texts.Bytes("GET ", "OPTIONS ", " HTTP/1.1\r\n", "Host: ", "\r\n", "\n")],
        },
        new FuzzCase("hello", RunHello) { Seeds = [Hello, Hellos.Message(name: null), Hellos.Message("a", 4)], Words = HelloWords },
        new FuzzCase("quic", RunDatagrams) { Seeds = [Prefixed(Quic.Seal(QuicPackets.ExampleId, 0, QuicPackets.Crypto(0, Hello)))], Words = [[0xC0, 0, 0, 0, 1], [0x6b, 0x33, 0x43, 0xcf]] },
        new FuzzCase("quic-sealed", RunSealed)
        {
            Seeds = [QuicPackets.Crypto(0, Hello), [.. QuicPackets.Crypto(100, Hello.AsSpan(100)), .. QuicPackets.Crypto(0, Hello.AsSpan(0, 100))], [1, 0, 2, 0, 0, 0, 0, .. QuicPackets.Crypto(0, Hello)]],
            Words = [.. HelloWords, [6, 0], [2, 0, 0, 0xC0], [3], QuicPackets.Crypto(0, [1, 0, 0])],
        },
        new FuzzCase("host", RunHost) { Seeds = Texts.Bytes("www.target.example", "a.b.", "127.1", "0x7f.0x1", "xn--bcher-kva.example", "_dmarc.a-b"), MaxLength = 300 },
    ]);

    private static byte[] Prefixed(byte[] datagram) => [(byte)(datagram.Length >> 8), (byte)datagram.Length, .. datagram];

    private static void RunStream(byte[] bytes, Observations observations)
    {
        var result = StreamSniffer.Sniff(bytes);
        Note(result, observations);

        // A look ends with the first answer that is certain, so a beginning may not be certain of something else.
        foreach (var cut in Cuts(bytes.Length))
        {
            var earlier = StreamSniffer.Sniff(bytes.AsSpan(0, cut));
            PropertyException.Require(
                earlier.Status switch
                {
                    SniffStatus.Found => earlier.Protocol == result.Protocol,
                    SniffStatus.No => result.Protocol is null,
                    _ => earlier.Protocol is null || result.Protocol is null || earlier.Protocol == result.Protocol,
                },
                "what a beginning is certain of stays true");
        }
    }

    private static IEnumerable<int> Cuts(int length)
    {
        for (var cut = 0; cut < length; cut += 1 + (cut / 4))
        {
            yield return cut;
        }
    }

    private static void RunHello(byte[] bytes, Observations observations)
    {
        observations.NoteSize(ClientHello.LengthOf(bytes) ?? -1);
        var isHello = ClientHello.TryParse(bytes, out var hello);
        observations.Note(isHello);
        if (hello is not null)
        {
            RequireName(hello.ServerName);
            PropertyException.Require(hello.ApplicationProtocols.All(static name => name.All(static character => character is > ' ' and <= '~')), "protocols are printable");
            observations.Note(hello.ServerName is not null);
            observations.NoteSize(hello.ApplicationProtocols.Length);
        }
    }

    private static void RunDatagrams(byte[] bytes, Observations observations)
    {
        var whole = new DatagramSniffer().Sniff(new ReadOnlySequence<byte>(bytes));
        var sniffer = new DatagramSniffer();
        using var reader = new FedPipeReader(Split.Pieces(bytes));
        var split = SniffResult.NeedMore;
        while (true)
        {
            reader.TryRead(out var read);
            split = sniffer.Sniff(read.Buffer);
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted || split.Status != SniffStatus.NeedMore)
            {
                break;
            }
        }

        PropertyException.Require(whole == split, "what datagrams are does not depend on how they arrive");
        Note(whole, observations);
    }

    /// <summary>The frames of a packet that is sealed as a client seals it: anybody can.</summary>
    private static void RunSealed(byte[] frames, Observations observations)
    {
        if (frames.Length < 16000)
        {
            RunDatagrams(Prefixed(Quic.Seal(QuicPackets.ExampleId, 0, frames, padTo: 64)), observations);
        }
    }

    private static void RunHost(byte[] bytes, Observations observations)
    {
        observations.Note(HostName.TryRead(bytes, out var name));
        RequireName(name);
    }

    private static void Note(SniffResult result, Observations observations)
    {
        observations.Note(result.Status);
        observations.Note(result.Protocol);
        observations.Note(result.Domain is not null);
        RequireName(result.Domain);
    }

    /// <summary>A name goes to rules, logs and perhaps a resolver.</summary>
    private static void RequireName(string? name) => PropertyException.Require(
        name is null
        || (name.Length is > 0 and <= Destination.MaxHostLength
            && name.All(static character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '.' or '-' or '_')
            && !System.Net.IPAddress.TryParse(name, out _)),
        "a name is one that DNS can have");
}
