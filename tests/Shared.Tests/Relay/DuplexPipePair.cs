using System.IO.Pipelines;

namespace Tunnel.Shared.Tests.Relay;

/// <summary>Two ends of an in-memory connection: what one writes the other reads.</summary>
internal sealed class DuplexPipePair
{
    public DuplexPipePair(PipeOptions? options = null)
    {
        var forth = new Pipe(options ?? PipeOptions.Default);
        var back = new Pipe(options ?? PipeOptions.Default);
        Near = new End(back.Reader, forth.Writer);
        Far = new End(forth.Reader, back.Writer);
    }

    /// <summary>The end a test holds.</summary>
    public IDuplexPipe Near { get; }

    /// <summary>The end the code under test is given.</summary>
    public IDuplexPipe Far { get; }

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
