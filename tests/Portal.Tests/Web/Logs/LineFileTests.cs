using Tunnel.Portal.Web.Logs;
using Tunnel.Shared.Dispatch;
using Tunnel.Testing;
using Tunnel.Testing.Logging;

namespace Tunnel.Portal.Tests.Web.Logs;

public sealed class LineFileTests : IDisposable
{
    private readonly TempDirectory _files = new();
    private readonly RecordingLoggers _loggers = new();

    public void Dispose()
    {
        _files.Dispose();
        _loggers.Dispose();
    }

    [Fact]
    public async Task Lines_are_appended_and_a_file_that_was_moved_away_is_begun_anew()
    {
        var path = _files.Write("access.log", "before\n");
        await using (var file = new LineFile(path, _loggers.CreateLogger("test")))
        {
            file.Add("first\n"u8.ToArray());
            await Eventually.HoldsAsync(() => File.ReadAllText(path) == "before\nfirst\n", TimeSpan.FromSeconds(10), () => File.ReadAllText(path));
            File.Move(path, path + ".1");
            file.Add("second\n"u8.ToArray());
        }

        Assert.Equal("before\nfirst\n", await File.ReadAllTextAsync(path + ".1"));
        Assert.Equal("second\n", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_named()
    {
        var exception = Assert.Throws<InboundStartException>(() => new LineFile(_files.File("no/such/folder.log"), _loggers.CreateLogger("test")));

        Assert.Contains("no/such/folder.log", exception.Message, StringComparison.Ordinal);
    }
}
