using System.Buffers;

namespace Tunnel.Mux.Output;

/// <summary>
/// Control frames that wait for the output loop, already encoded. Bounded: a peer that makes us answer faster than it reads
/// must not make us remember without end.
/// </summary>
internal sealed class FrameLane(int limit)
{
    private const int InitialCapacity = 512;

    // A lane that grew in a burst does not stay large for ever.
    private const int BufferToKeep = 32 * 1024;

    // Guards _buffer and writes of _length.
    private readonly Lock _gate = new();
    private byte[] _buffer = new byte[InitialCapacity];
    private volatile int _length;

    public bool IsEmpty => _length == 0;

    /// <summary>Whether less than half of the lane is used: new streams may fill no more, the rest is for those that exist.</summary>
    public bool IsHalfEmpty => _length < limit / 2;

    /// <summary>Moves all waiting frames to <paramref name="output"/> without flushing; returns their bytes.</summary>
    public int DrainTo(IBufferWriter<byte> output)
    {
        if (IsEmpty)
        {
            return 0;
        }

        lock (_gate)
        {
            var length = _length;
            output.Write(_buffer.AsSpan(0, length));
            _length = 0;
            if (_buffer.Length > BufferToKeep)
            {
                _buffer = new byte[InitialCapacity];
            }

            return length;
        }
    }

    /// <summary>Adds a whole frame; false where the lane is full.</summary>
    public bool TryAppend(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            var needed = _length + frame.Length;
            if (needed > limit)
            {
                return false;
            }

            if (needed > _buffer.Length)
            {
                Array.Resize(ref _buffer, Math.Max(needed, Math.Min(_buffer.Length * 2, limit)));
            }

            frame.CopyTo(_buffer.AsSpan(_length));
            _length = needed;
            return true;
        }
    }
}
