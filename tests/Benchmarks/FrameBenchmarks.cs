using System.Buffers;
using BenchmarkDotNet.Attributes;
using Tunnel.Mux.Framing;

namespace Tunnel.Benchmarks;

/// <summary>What a frame costs before any byte of it is moved.</summary>
public class FrameBenchmarks
{
    private const int Frames = 1000;

    private readonly byte[] _header = new byte[FrameHeader.Size];
    private readonly Sink _sink = new();
    private FrameDecoder _decoder = null!;
    private ReadOnlySequence<byte> _dataFrames;
    private ReadOnlySequence<byte> _windowFrames;

    [GlobalSetup]
    public void Setup()
    {
        _decoder = new FrameDecoder(_sink);
        var preface = new byte[Preface.Size];
        new Preface(65536, 1).Write(preface);
        _decoder.Decode(new ReadOnlySequence<byte>(preface));

        var data = new ArrayBufferWriter<byte>();
        var windows = new ArrayBufferWriter<byte>();
        for (var i = 0; i < Frames; i++)
        {
            new FrameHeader(100, FrameType.Data, FrameFlags.None, 1).Write(data.GetSpan(FrameHeader.Size + 100));
            data.Advance(FrameHeader.Size + 100);
            windows.Advance(ControlFrames.WriteWindow(windows.GetSpan(FrameHeader.Size + ControlFrames.WindowPayload), 1, 16384, FrameFlags.None));
        }

        _dataFrames = new ReadOnlySequence<byte>(data.WrittenMemory);
        _windowFrames = new ReadOnlySequence<byte>(windows.WrittenMemory);
    }

    [Benchmark]
    public void EncodeHeader() => new FrameHeader(16384, FrameType.Data, FrameFlags.None, 7).Write(_header);

    [Benchmark]
    public int DecodeHeader() => FrameHeader.Read(_header).Length;

    [Benchmark(OperationsPerInvoke = Frames)]
    public void DecodeDataFrames() => _decoder.Decode(_dataFrames);

    [Benchmark(OperationsPerInvoke = Frames)]
    public void DecodeWindowFrames() => _decoder.Decode(_windowFrames);

    private sealed class Sink : IFrameHandler
    {
        private long _sum;

        public void OnPreface(Preface preface) => _sum++;

        public void OnData(uint streamId, in ReadOnlySequence<byte> part, bool fin) => _sum += streamId;

        public void OnControl(FrameHeader header, in ReadOnlySequence<byte> payload) => _sum += header.Length;
    }
}
