using System.IO.Pipelines;

namespace Tunnel.Shared.Dispatch;

/// <summary>What every user of a duplex pipe needs.</summary>
public static class DuplexPipeExtensions
{
    /// <summary>Ends both directions of a connection that did not go well.</summary>
    public static async ValueTask AbortAsync(this IDuplexPipe pipe, Exception reason)
    {
        // The output first: it says why, and completing the input alone would only say "stop".
        await pipe.Output.CompleteAsync(reason);
        await pipe.Input.CompleteAsync(reason);
    }
}
