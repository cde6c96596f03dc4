using System.Buffers;
using Tunnel.Mux;

namespace Tunnel.Shared.Sniffing;

/// <summary>Recognises what runs over UDP. One for each flow: a pipe of datagrams, each behind its length.</summary>
internal sealed class DatagramSniffer
{
    private readonly QuicSniffer _quic = new();
    private SniffResult _last = SniffResult.NeedMore;
    private long _taken;

    /// <summary>Looks at all that has come so far.</summary>
    public SniffResult Sniff(ReadOnlySequence<byte> buffer)
    {
        buffer = buffer.Slice(_taken);
        while (_last.Status == SniffStatus.NeedMore && DatagramPrefix.TryRead(ref buffer, out var datagram))
        {
            _taken += DatagramPrefix.Size + datagram.Length;
            _last = _quic.Take(datagram.IsSingleSegment ? datagram.FirstSpan : datagram.ToArray());
        }

        return _last;
    }
}
