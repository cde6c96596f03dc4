using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Mux;

namespace Tunnel.Shared.Tests.Datagrams;

/// <summary>Datagrams behind their prefixes, and back.</summary>
internal static class Prefixed
{
    public static byte[] Of(params byte[][] datagrams) => [.. datagrams.SelectMany(datagram => (byte[])[(byte)(datagram.Length >> 8), (byte)datagram.Length, .. datagram])];

    public static List<byte[]> Take(ReadOnlySequence<byte> buffer)
    {
        var all = new List<byte[]>();
        while (DatagramPrefix.TryRead(ref buffer, out var datagram))
        {
            all.Add(datagram.ToArray());
        }

        Assert.True(buffer.IsEmpty);
        return all;
    }

    public static async Task<byte[]> ReadOneAsync(PipeReader reader)
    {
        using var bound = new CancellationTokenSource(Transport.Wait.Bound);
        var read = await reader.ReadAsync(bound.Token);
        var buffer = read.Buffer;
        Assert.True(DatagramPrefix.TryRead(ref buffer, out var datagram));
        var bytes = datagram.ToArray();
        reader.AdvanceTo(buffer.Start);
        return bytes;
    }
}
