using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Tunnel.Testing.Faults;

/// <summary>One direction of a <see cref="DelayLine"/>. Everything may be changed while packets flow; their order stays.</summary>
public sealed unsafe partial class DelayLineDirection : IDisposable
{
    // A packet is read where it will wait, so there must be room for the longest one.
    private const int Slot = TunDevice.MaxPacket + Header;

    // Before each packet in the ring: when it is due (8 bytes), its length (4), padding (4).
    private const int Header = 16;
    private const int RingBytes = 64 * 1024 * 1024;
    private const int ReadsInARow = 32;
    private const short PollIn = 1;

    // How long it may take to notice that the line is disposed.
    private static readonly long LongestWait = Stopwatch.Frequency / 20;

    private readonly TunDevice _from;
    private readonly TunDevice _to;
    private readonly Thread _thread;
    private readonly Random _random;
    private byte* _ring;
    private byte* _lost; // where a packet goes for which there is no room
    private volatile bool _stop;

    // Of the thread alone: where the next packet goes and the oldest one stands, and where the ring is wrapped (0 when it is not).
    private int _head;
    private int _tail;
    private int _wrap;
    private long _freeAt;
    private long _lastDue;

    private long _delayTicks;
    private long _bitsPerSecond;
    private long _forwarded;
    private long _dropped;
    private long _bytes;

    internal DelayLineDirection(TunDevice from, TunDevice to, DelayLineOptions options)
    {
        _from = from;
        _to = to;
        _random = new Random(options.Seed);
        Delay = options.Delay;
        BitsPerSecond = options.BitsPerSecond;
        QueueBytes = options.QueueBytes;
        Loss = options.Loss;
        _ring = (byte*)NativeMemory.Alloc(RingBytes);
        _lost = (byte*)NativeMemory.Alloc(TunDevice.MaxPacket);
        _thread = new Thread(Run) { IsBackground = true, Name = $"delay line from {from.Name}" };
        _thread.Start();
    }

    /// <summary>How long a packet is under way.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromSeconds((double)Volatile.Read(ref _delayTicks) / Stopwatch.Frequency);
        set => Volatile.Write(ref _delayTicks, (long)(value.TotalSeconds * Stopwatch.Frequency));
    }

    /// <summary>Bits a second; null for no limit.</summary>
    public long? BitsPerSecond
    {
        get => Volatile.Read(ref _bitsPerSecond) is var rate and > 0 ? rate : null;
        set => Volatile.Write(ref _bitsPerSecond, value ?? 0);
    }

    /// <summary>Bytes that may wait for their turn.</summary>
    public int QueueBytes { get; set; }

    /// <summary>The share of packets that is lost by chance, 0 to 1.</summary>
    public double Loss { get; set; }

    /// <summary>Whether everything that is sent vanishes.</summary>
    public bool Blackhole { get; set; }

    /// <summary>Packets delivered. With offload a packet may hold up to 64 KiB.</summary>
    public long Forwarded => Volatile.Read(ref _forwarded);

    /// <summary>Bytes delivered, IP headers counted.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Packets lost by chance, by a full queue, by the blackhole, or because the other interface was down.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ring is not null)
        {
            _stop = true;
            _thread.Join();
            NativeMemory.Free(_ring);
            NativeMemory.Free(_lost);
            _ring = _lost = null;
        }
    }

    [LibraryImport("libc", EntryPoint = "ppoll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, TimeSpec* timeout, nint signals);

    private void Run()
    {
        while (!_stop)
        {
            var more = Fill();
            var now = Stopwatch.GetTimestamp();
            var next = Deliver(now);
            if (!more)
            {
                WaitUntil(Math.Min(next, now + LongestWait));
            }
        }
    }

    /// <summary>Takes what there is; true when there may be more.</summary>
    private bool Fill()
    {
        for (var i = 0; i < ReadsInARow; i++)
        {
            var room = TryMakeRoom();
            var length = _from.Read(room ? _ring + _head + Header : _lost);
            if (length == 0)
            {
                return false;
            }

            if (room)
            {
                Schedule(length, Stopwatch.GetTimestamp());
            }
            else
            {
                _dropped++;
            }
        }

        return true;
    }

    /// <summary>Whether the longest packet fits behind the newest one.</summary>
    private bool TryMakeRoom()
    {
        if (_head >= _tail && _wrap == 0)
        {
            if (RingBytes - _head >= Slot)
            {
                return true;
            }

            if (_tail <= Slot)
            {
                return false;
            }

            _wrap = _head;
            _head = 0;
        }

        // Never up to the tail: then a full ring would look empty.
        return _wrap == 0 || _tail - _head > Slot;
    }

    private void Schedule(int length, long now)
    {
        var rate = Volatile.Read(ref _bitsPerSecond);
        var waits = Math.Max(0, _freeAt - now);
        var full = rate > 0 && (double)waits * rate / (8.0 * Stopwatch.Frequency) > QueueBytes;
        if (Blackhole || full || (Loss > 0 && _random.NextDouble() < Loss))
        {
            _dropped++;
            return;
        }

        _freeAt = now + waits + (rate > 0 ? (long)(length * 8.0 * Stopwatch.Frequency / rate) : 0);
        _lastDue = Math.Max(_lastDue, _freeAt + Volatile.Read(ref _delayTicks));
        *(long*)(_ring + _head) = _lastDue;
        *(int*)(_ring + _head + sizeof(long)) = length;

        // Aligned to the header's fields.
        _head += (Header + length + 7) & ~7;
    }

    /// <summary>Delivers what is due, and says when the next packet is.</summary>
    private long Deliver(long now)
    {
        while (_tail != _head || _wrap != 0)
        {
            if (_wrap != 0 && _tail == _wrap)
            {
                _tail = 0;
                _wrap = 0;
                continue;
            }

            var due = *(long*)(_ring + _tail);
            if (due > now)
            {
                return due;
            }

            var length = *(int*)(_ring + _tail + sizeof(long));
            if (!Blackhole && _to.Write(_ring + _tail + Header, length))
            {
                _forwarded++;
                _bytes += length;
            }
            else
            {
                _dropped++;
            }

            _tail += (Header + length + 7) & ~7;
        }

        return long.MaxValue;
    }

    private void WaitUntil(long moment)
    {
        var wait = moment - Stopwatch.GetTimestamp();
        if (wait <= 0)
        {
            return;
        }

        var timeout = new TimeSpec(wait / Stopwatch.Frequency, wait % Stopwatch.Frequency * (1_000_000_000 / Stopwatch.Frequency));
        var descriptor = new PollDescriptor(_from.Descriptor, PollIn, 0);
        _ = Poll(&descriptor, 1, &timeout, 0);
    }

    // struct timespec and struct pollfd of a 64-bit Linux.
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeSpec(long Seconds, long Nanoseconds);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct PollDescriptor(int Descriptor, short Events, short Result);
}
