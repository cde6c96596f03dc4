using System.Net;
using System.Net.Sockets;

namespace Tunnel.Examples.Visitor;

/// <summary>Asks a <see cref="NameServer"/> through whatever is in between, over UDP or over TCP.</summary>
internal sealed class NamesVisit(Uri address)
{
    private const string Name = "printer.home.example";
    private const int Questions = 50;
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var server = new IPEndPoint(IPAddress.Parse(address.Host), address.Port);
        var isDatagrams = address.Scheme == "udp";
        for (ushort id = 1; id <= Questions; id++)
        {
            var question = DnsMessage.Question(id, Name);
            var answer = isDatagrams
                ? await AskDatagramAsync(server, question, cancellationToken)
                : await AskConnectionAsync(server, question, cancellationToken);
            var isRight = answer.AsSpan(0, 2).SequenceEqual(question.AsSpan(0, 2)) && DnsMessage.AddressIn(answer).Equals(NameServer.Address);
            if (!isRight || id is 1 or Questions)
            {
                Check.That(isRight, $"question {id} over {address.Scheme}: {Name} is {DnsMessage.AddressIn(answer)}");
            }
        }
    }

    /// <summary>Each question comes from a port of its own, and is asked again when nothing comes: a datagram may be lost anywhere.</summary>
    private static async Task<byte[]> AskDatagramAsync(IPEndPoint server, byte[] question, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancellationToken);
        var buffer = new byte[512];
        while (true)
        {
            await socket.SendAsync(question, cancellationToken);
            using var again = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            again.CancelAfter(AgainAfter);
            try
            {
                return buffer[..await socket.ReceiveAsync(buffer, again.Token)];
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Again.
            }
        }
    }

    private static async Task<byte[]> AskConnectionAsync(IPEndPoint server, byte[] question, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server, cancellationToken);
        await using var stream = client.GetStream();
        await NameServer.WriteAsync(stream, question, cancellationToken);
        return await NameServer.ReadAsync(stream, cancellationToken);
    }
}
