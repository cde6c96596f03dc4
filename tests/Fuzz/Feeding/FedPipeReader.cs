using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Fuzz.Engine;

namespace Tunnel.Fuzz.Feeding;

/// <summary>
/// The input of a connection whose peer is an input of the fuzzer: brings one piece after the other, at once and on the
/// caller's thread, and then the end. Fails on a reader that turns in circles or goes where there are no bytes, and overwrites
/// what was consumed, so that who still looks at it reads rubbish.
/// </summary>
internal sealed class FedPipeReader(IEnumerable<byte[]> pieces) : PipeReader, IDisposable
{
    private const byte Rubbish = 0xDD;

    /// <summary>Reads in a row that bring nothing new and consume nothing.</summary>
    private const int MostIdleReads = 1000;

    private readonly IEnumerator<byte[]> _pieces = pieces.GetEnumerator();
    private ByteSegment? _head;
    private ByteSegment? _tail;
    private long _fed;
    private long _examined;
    private long _shown = -1;
    private int _idle;
    private bool _ended;
    private bool _cancelled;

    /// <summary>How many bytes were consumed.</summary>
    public long Consumed { get; private set; }

    /// <summary>Whether the reader has completed it.</summary>
    public bool IsCompleted { get; private set; }

    /// <summary>What was brought and not consumed.</summary>
    public ReadOnlySequence<byte> Rest =>
        _head is null ? default : new ReadOnlySequence<byte>(_head, (int)(Consumed - _head.RunningIndex), _tail!, _tail!.Memory.Length);

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TryRead(out var result);
        return new ValueTask<ReadResult>(result);
    }

    public override bool TryRead(out ReadResult result)
    {
        PropertyException.Require(!IsCompleted, "nobody reads an input that was completed");
        PropertyException.Require(_shown < 0, "a read is followed by AdvanceTo before the next one");
        if (_cancelled)
        {
            _cancelled = false;
            _shown = _fed;
            result = new ReadResult(Rest, isCanceled: true, isCompleted: false);
            return true;
        }

        if (_examined == _fed && !_ended)
        {
            Feed();
        }
        else
        {
            PropertyException.Require(++_idle < MostIdleReads, "a reader that consumes nothing examines all, and stops at the end");
        }

        _shown = _fed;
        result = new ReadResult(Rest, isCanceled: false, _ended);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        PropertyException.Require(_shown >= 0, "AdvanceTo follows a read");
        var (from, to) = (Consumed, OffsetOf(consumed));
        var seen = OffsetOf(examined);
        PropertyException.Require(to >= from && to <= _shown, "what is consumed lies in what was read");
        PropertyException.Require(seen >= to && seen <= _shown, "what is examined lies in what was read");
        _shown = -1;
        _examined = Math.Max(_examined, seen);
        if (to > from)
        {
            _idle = 0;
            Spoil(Rest.Slice(0, to - from));
            Consumed = to;
            while (_head is { Next: ByteSegment next } && next.RunningIndex <= to)
            {
                _head = next;
            }
        }
    }

    public override void CancelPendingRead() => _cancelled = true;

    public override void Complete(Exception? exception = null)
    {
        IsCompleted = true;
        Dispose();
    }

    public void Dispose() => _pieces.Dispose();

    private void Feed()
    {
        if (!_pieces.MoveNext())
        {
            _ended = true;
            return;
        }

        var piece = (byte[])_pieces.Current.Clone();
        _fed += piece.Length;
        _idle = 0;
        _tail = _tail is null ? _head = new ByteSegment(piece, 0) : _tail.Append(piece);
    }

    private long OffsetOf(SequencePosition position) => position.GetObject() switch
    {
        ByteSegment segment => segment.RunningIndex + position.GetInteger(),
        null => Consumed,
        var other => throw new PropertyException($"a position comes from the buffer that was read, not from {other.GetType().Name}"),
    };

    private static void Spoil(ReadOnlySequence<byte> consumed)
    {
        foreach (var memory in consumed)
        {
            System.Runtime.InteropServices.MemoryMarshal.AsMemory(memory).Span.Fill(Rubbish);
        }
    }
}
