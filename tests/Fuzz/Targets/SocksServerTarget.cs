using System.Buffers;
using System.Net;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Inbounds.Proxies;
using Tunnel.Shared.Inbounds.Socks;

namespace Tunnel.Fuzz.Targets;

/// <summary>What SOCKS clients say: versions 4, 4a and 5, and datagrams.</summary>
internal static class SocksServerTarget
{
    private static readonly ProxyAccounts Open = new([]);
    private static readonly ProxyAccounts Closed = new([new ProxyUser { Name = "user", Password = new ProxyPassword("secret") }]);

    private static readonly byte[] Greeting = [5, 2, 0, 2];
    private static readonly byte[] Password = [1, 4, .. "user"u8, 6, .. "secret"u8];
    private static readonly byte[] ByName = [5, 1, 0, 3, 14, .. "target.example"u8, 1, 187];
    private static readonly byte[] ByIPv4 = [5, 1, 0, 1, 192, 0, 2, 1, 0, 80];
    private static readonly byte[] ByIPv6 = [5, 3, 0, 4, 0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 80];
    private static readonly byte[] Version4 = [4, 1, 0, 80, 192, 0, 2, 1, .. "me"u8, 0];
    private static readonly byte[] Version4A = [4, 1, 0, 80, 0, 0, 0, 1, .. "me"u8, 0, .. "target.example"u8, 0];

    private delegate OperationStatus Read<T>(ReadOnlySpan<byte> bytes, out T message, out int consumed);

    public static FuzzTarget Create() => new("socks-server", "SOCKS 4, 4a and 5 at the inbound: greeting, password, requests, datagrams, whole conversations",
    [
        new FuzzCase("greeting", static (bytes, observations) => RunMessage<(bool, bool)>(SocksCodec.ReadGreeting, bytes, observations)) { Seeds = [Greeting, [5, 255, .. new byte[255]]], MaxLength = 600 },
        new FuzzCase("password", static (bytes, observations) => RunMessage<(string, string)>(SocksCodec.ReadPassword, bytes, observations)) { Seeds = [Password], MaxLength = 600 },
        new FuzzCase("request5", static (bytes, observations) => RunRequest(SocksCodec.ReadRequest5, bytes, observations)) { Seeds = [ByName, ByIPv4, ByIPv6], MaxLength = 600 },
        new FuzzCase("request4", static (bytes, observations) => RunRequest(SocksCodec.ReadRequest4, bytes, observations)) { Seeds = [Version4, Version4A], MaxLength = 600 },
        new FuzzCase("datagram", RunDatagram) { Seeds = [[0, .. ByName[1..], 1, 2], [0, 0, .. ByIPv4[2..], 9], [0, 0, .. ByIPv6[2..]]], MaxLength = 600 },
        new FuzzCase("open", static (bytes, observations) => RunConversation(bytes, Open, observations))
        {
            Seeds = [[.. Greeting, .. ByName, 1], [.. Greeting, .. ByIPv6], Version4A, Version4],
            Words = [Greeting, ByName, ByIPv4],
        },
        new FuzzCase("closed", static (bytes, observations) => RunConversation(bytes, Closed, observations))
        {
            Seeds = [[.. Greeting, .. Password, .. ByName, 1], [.. Greeting, .. Password, .. ByIPv4], Version4],
            Words = [Greeting, Password, ByName],
        },
    ]);

    private static OperationStatus RunMessage<T>(Read<T> read, byte[] bytes, Observations observations)
    {
        var status = read(bytes, out _, out var consumed);
        observations.Note(status);
        PropertyException.Require(consumed <= bytes.Length, "nothing is read behind the end");
        PropertyException.Require(status == OperationStatus.Done || consumed == 0, "only a whole message is taken");
        for (var cut = 0; cut < consumed; cut++)
        {
            PropertyException.Require(read(bytes.AsSpan(0, cut), out _, out _) == OperationStatus.NeedMoreData, "the beginning of a message asks for more");
        }

        PropertyException.Require(
            status != OperationStatus.Done || read(bytes.AsSpan(0, consumed), out _, out var again) == OperationStatus.Done && again == consumed, "a message does not depend on what follows");
        PropertyException.Require(status != OperationStatus.NeedMoreData || bytes.Length < SocksCodec.MaxMessage, "what is as long as the longest message is one, or is none");
        return status;
    }

    private static void RunRequest(Read<SocksRequest?> read, byte[] bytes, Observations observations)
    {
        if (RunMessage(read, bytes, observations) == OperationStatus.Done)
        {
            read(bytes, out var request, out _);
            PropertyException.Require(HostText.IsHost(request!.Destination.Host), "a destination can be dialled");
            observations.Note(request.Destination.Address?.AddressFamily.ToString());
        }
    }

    private static void RunDatagram(byte[] bytes, Observations observations)
    {
        var isDatagram = SocksCodec.TryReadDatagram(bytes, out var destination, out var start);
        observations.Note(isDatagram);
        PropertyException.Require(start <= bytes.Length && isDatagram == (destination is not null), "a datagram has a destination");
        if (destination is not null)
        {
            var header = SocksCodec.DatagramHeader(destination);
            PropertyException.Require(SocksCodec.TryReadDatagram(header, out var again, out var length) && length == header.Length, "what was read is written so that it is read again");
            PropertyException.Require(IsSame(destination, again), "what was read is written so that it is read again");
            observations.Note(destination.Address?.AddressFamily.ToString());
        }

        var envelope = new SocksEnvelope(IPAddress.Loopback);
        PropertyException.Require(
            envelope.TryOpen(bytes, new IPEndPoint(IPAddress.Loopback, 7).Serialize(), out _, out _) == isDatagram, "an envelope is opened for its client");
    }

    /// <summary>A name that resolvers take for an address, such as 127.1, is written as that address.</summary>
    private static bool IsSame(Destination first, Destination? second) => first == second || (first.Address is { } address && address.Equals(second?.Address) && first.Port == second.Port);

    private static void RunConversation(byte[] bytes, ProxyAccounts accounts, Observations observations)
    {
        var connection = new FedConnection(bytes);
        var greeting = new SocksGreeting(connection, accounts);
        var (request, version, user) = greeting.ReadAsync(CancellationToken.None).GetAwaiter().GetResult();
        observations.Note(greeting.Outcome);
        observations.Note(greeting.Reason);
        observations.Note(version);
        PropertyException.Require((greeting.Outcome == ProxyGreeting.Accepted) == (request is not null), "who is accepted has a request");
        PropertyException.Require(request is null || accounts.IsOpen || user == "user", "without the password nobody gets in");
        PropertyException.Require(!connection.Reader.IsCompleted, "the connection stays with its owner");
    }
}
