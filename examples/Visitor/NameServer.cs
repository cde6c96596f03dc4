using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Tunnel.Examples.Visitor;

/// <summary>A name server that gives every name one address, over UDP and over TCP on the same port: the service without a public address.</summary>
internal static class NameServer
{
    public static readonly IPAddress Address = IPAddress.Parse("192.0.2.7");

    private const int PortTries = 20;
    private const int MaxMessage = 4096;

    /// <summary>Prints where it listens, and serves until the process ends.</summary>
    public static async Task RunAsync()
    {
        var (udp, tcp) = Listen();
        Console.WriteLine($"listening on {udp.LocalEndPoint}");
        await Task.WhenAll(ServeDatagramsAsync(udp), ServeConnectionsAsync(tcp));
    }

    private static (Socket Udp, TcpListener Tcp) Listen()
    {
        for (var tries = 1; ; tries++)
        {
            var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var tcp = new TcpListener((IPEndPoint)udp.LocalEndPoint!);
            try
            {
                tcp.Start();
                return (udp, tcp);
            }
            catch (SocketException) when (tries < PortTries)
            {
                // That port is taken for TCP.
                tcp.Dispose();
                udp.Dispose();
            }
        }
    }

    private static async Task ServeDatagramsAsync(Socket socket)
    {
        var buffer = new byte[MaxMessage];
        while (true)
        {
            var question = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
            await socket.SendToAsync(DnsMessage.AnswerTo(buffer.AsSpan(0, question.ReceivedBytes), Address), question.RemoteEndPoint);
        }
    }

    private static async Task ServeConnectionsAsync(TcpListener listener)
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync();
            await using var stream = client.GetStream();
            var question = await ReadAsync(stream, CancellationToken.None);
            await WriteAsync(stream, DnsMessage.AnswerTo(question, Address), CancellationToken.None);
        }
    }

    /// <summary>Over TCP each message stands behind its length.</summary>
    public static async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var length = new byte[2];
        await stream.ReadExactlyAsync(length, cancellationToken);
        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(message, cancellationToken);
        return message;
    }

    public static async Task WriteAsync(Stream stream, byte[] message, CancellationToken cancellationToken)
    {
        byte[] bytes = [(byte)(message.Length >> 8), (byte)message.Length, .. message];
        await stream.WriteAsync(bytes, cancellationToken);
    }
}
