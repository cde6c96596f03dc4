using Microsoft.Extensions.Logging;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Hosting;

/// <summary>Parts that the configuration no longer has, and that still hold connections or sessions: each ends with the last of them.</summary>
internal sealed class RetiredParts(ILogger logger) : IDisposable
{
    private readonly CancellationTokenSource _abort = new();

    // Guarded by whoever reloads and stops.
    private readonly List<Task> _retiring = [];

    /// <summary>Lets an inbound go that is closed.</summary>
    public void Add(IInbound inbound) => Add(inbound.Tag, inbound, token => inbound is IRetiring retiring ? retiring.RetireAsync(token) : inbound.StopAsync(token));

    /// <summary>Lets an outbound go that the router no longer knows. One that is not <see cref="IRetiring"/> holds nothing but what it carries.</summary>
    public void Add(IOutbound outbound)
    {
        if (outbound is IRetiring retiring)
        {
            Add(outbound.Tag, outbound, retiring.RetireAsync);
        }
    }

    /// <summary>Waits for all; aborts what is left when the token fires.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var abort = cancellationToken.Register(_abort.Cancel);
        await Task.WhenAll(_retiring);
    }

    public void Dispose() => _abort.Dispose();

    private void Add(string tag, IAsyncDisposable part, Func<CancellationToken, Task> retire)
    {
        _retiring.RemoveAll(static task => task.IsCompleted);
        _retiring.Add(RunAsync());

        async Task RunAsync()
        {
            await Task.Yield();
            try
            {
                await retire(_abort.Token);
                await part.DisposeAsync();
            }
#pragma warning disable CA1031 // What is left of a part that is gone must not take the program with it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                HostLog.RetireFailed(logger, exception, tag);
            }
        }
    }
}
