using System.Buffers;
using System.IO.Pipelines;

namespace Tunnel.Testing.Pipes;

/// <summary>Two ends of an in-memory connection: what one writes, the other reads.</summary>
public static class DuplexPipePair
{
    public static (IDuplexPipe Left, IDuplexPipe Right) Create(MemoryPool<byte>? pool = null, long pauseThreshold = 256 * 1024)
    {
        var options = new PipeOptions(
            pool, pauseWriterThreshold: pauseThreshold, resumeWriterThreshold: pauseThreshold / 2, useSynchronizationContext: false);
        var toRight = new Pipe(options);
        var toLeft = new Pipe(options);
        return (new End(toLeft.Reader, toRight.Writer), new End(toRight.Reader, toLeft.Writer));
    }

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
