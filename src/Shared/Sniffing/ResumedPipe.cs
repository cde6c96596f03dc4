using System.IO.Pipelines;

namespace Tunnel.Shared.Sniffing;

/// <summary>A connection whose input was looked at.</summary>
internal sealed class ResumedPipe(PipeReader input, PipeWriter output) : IDuplexPipe
{
    public PipeReader Input => input;

    public PipeWriter Output => output;
}
