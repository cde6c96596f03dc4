using System.Text;

namespace Tunnel.Shared.Tests.Diagnostics;

/// <summary>A writer as slow as a test wants: it takes nothing until it is opened.</summary>
internal sealed class GatedWriter : TextWriter
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Encoding Encoding => Encoding.UTF8;

    public List<string> Lines { get; } = [];

    /// <summary>Completes when the first line is being written.</summary>
    public Task Reached => _reached.Task;

    public void Open() => _open.TrySetResult();

    public override async Task WriteLineAsync(string? value)
    {
        _reached.TrySetResult();
        await _open.Task;
        Lines.Add(value!);
    }

    public override Task FlushAsync() => Task.CompletedTask;
}
