using System.IO.Pipelines;

namespace Tunnel.Mux.Tests.Native;

/// <summary>A reader that is told nothing of what was consumed keeps everything.</summary>
public sealed class DefaultPositionTests
{
    [Fact]
    public async Task A_default_position_consumes_nothing_wherever_the_buffer_begins()
    {
        await using var pair = new SessionPair();
        var (opened, accepted) = await pair.OpenAsync();
        await opened.Output.WriteAsync("0123456789"u8.ToArray());

        var read = await accepted.Input.ReadAtLeastAsync(10);
        accepted.Input.AdvanceTo(read.Buffer.GetPosition(4));
        Assert.True(accepted.Input.TryRead(out read));
        Assert.Equal(6, read.Buffer.Length);
        accepted.Input.AdvanceTo(default);

        Assert.True(accepted.Input.TryRead(out read));
        Assert.Equal("456789"u8.ToArray(), read.Buffer.FirstSpan.ToArray());
        accepted.Input.AdvanceTo(read.Buffer.End);
    }
}
