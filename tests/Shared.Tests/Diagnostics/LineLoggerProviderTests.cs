using Microsoft.Extensions.Logging;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Diagnostics;
using Tunnel.Testing.Time;

namespace Tunnel.Shared.Tests.Diagnostics;

public sealed class LineLoggerProviderTests : IDisposable
{
    private static readonly LogLevel[] Levels = [LogLevel.Debug, LogLevel.Information, LogLevel.Warning, LogLevel.Error];

    private readonly string _root = Directory.CreateTempSubdirectory("tunnel-test").FullName;

    private string ErrorFile => Path.Combine(_root, "error.log");

    private string AccessFile => Path.Combine(_root, "access.log");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(LogLevelConfig.Debug, "Debug,Info,Warning,Error", "Debug,Info,Warning,Error")]
    [InlineData(LogLevelConfig.Info, "Info,Warning,Error", "Info,Warning,Error")]
    [InlineData(LogLevelConfig.Warning, "Warning,Error", "Info,Warning,Error")]
    [InlineData(LogLevelConfig.Error, "Error", "Error")]
    [InlineData(LogLevelConfig.None, "", "")]
    public async Task The_level_says_what_is_written_and_status_is_always_worth_it(LogLevelConfig level, string expected, string expectedOfStatus)
    {
        var config = new LogConfig { Access = "none", Error = ErrorFile, Level = level };
        Assert.Equal(expected, await WriteAllLevelsAsync(config, "Some.Type"));
        File.Delete(ErrorFile);
        Assert.Equal(expectedOfStatus, await WriteAllLevelsAsync(config, LogCategories.Status));
    }

    [Fact]
    public async Task Connections_have_a_file_of_their_own_whatever_the_level()
    {
        var config = new LogConfig { Access = AccessFile, Error = ErrorFile, Level = LogLevelConfig.None };
        await WriteAllLevelsAsync(config, LogCategories.Access);
        Assert.Equal("Info,Warning,Error", LevelsIn(AccessFile));
        Assert.Empty(LevelsIn(ErrorFile));
    }

    [Fact]
    public async Task Both_may_share_one_file()
    {
        await using (var provider = new LineLoggerProvider(new LogConfig { Access = ErrorFile, Error = ErrorFile }, new ManualTimeProvider()))
        {
            Write(provider.CreateLogger(LogCategories.Access), LogLevel.Information);
            Write(provider.CreateLogger("Some.Type"), LogLevel.Warning);
        }

        Assert.Equal("Info,Warning", LevelsIn(ErrorFile));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("NONE")]
    public async Task None_is_no_file(string none)
    {
        await using var provider = new LineLoggerProvider(new LogConfig { Access = none, Error = none, Level = LogLevelConfig.Debug }, TimeProvider.System);
        Assert.False(provider.CreateLogger(LogCategories.Access).IsEnabled(LogLevel.Critical));
        Assert.False(provider.CreateLogger(LogCategories.Status).IsEnabled(LogLevel.Critical));
        Assert.False(File.Exists(none));
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_an_error() => Assert.ThrowsAny<IOException>(
        () => new LineLoggerProvider(new LogConfig { Access = "none", Error = Path.Combine(_root, "missing", "error.log") }, TimeProvider.System));

    private static void Write(ILogger logger, LogLevel level) => logger.Log(level, 0, "text", null, (state, _) => state);

    [Fact]
    public async Task Another_configuration_holds_for_loggers_that_exist()
    {
        await using (var provider = new LineLoggerProvider(new LogConfig { Access = "none", Error = ErrorFile }, new ManualTimeProvider()))
        {
            var logger = provider.CreateLogger("Some.Type");
            Assert.False(logger.IsEnabled(LogLevel.Debug));
            Assert.ThrowsAny<IOException>(() => provider.Change(new LogConfig { Error = Path.Combine(_root, "none", "x") }));
            Write(logger, LogLevel.Warning);

            provider.Change(new LogConfig { Access = "none", Error = AccessFile, Level = LogLevelConfig.Debug });
            Write(logger, LogLevel.Debug);
        }

        Assert.Equal("Debug", LevelsIn(AccessFile));
        await Testing.Eventually.HoldsAsync(() => LevelsIn(ErrorFile) == "Warning", TimeSpan.FromSeconds(10), () => LevelsIn(ErrorFile));
    }

    private async Task<string> WriteAllLevelsAsync(LogConfig config, string category)
    {
        await using (var provider = new LineLoggerProvider(config, new ManualTimeProvider()))
        {
            var logger = provider.CreateLogger(category);
            foreach (var level in Levels)
            {
                Write(logger, level);
            }
        }

        return LevelsIn(ErrorFile);
    }

    private static string LevelsIn(string path) =>
        string.Join(',', File.ReadAllLines(path).Select(line => line[(line.IndexOf('[', StringComparison.Ordinal) + 1)..line.IndexOf(']', StringComparison.Ordinal)]));
}
