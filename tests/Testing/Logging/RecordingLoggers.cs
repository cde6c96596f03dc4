using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Tunnel.Testing.Logging;

/// <summary>Keeps everything that is logged, for a test to look at.</summary>
public sealed class RecordingLoggers : ILoggerFactory
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly ConcurrentQueue<LogRecord> _records = new();

    public IReadOnlyList<LogRecord> Records => [.. _records];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>The entries whose text contains <paramref name="text"/>.</summary>
    public IReadOnlyList<LogRecord> With(string text) =>
        [.. _records.Where(record => record.Message.Contains(text, StringComparison.Ordinal))];

    /// <summary>Waits until <paramref name="count"/> entries contain <paramref name="text"/>; returns the last of them.</summary>
    public async Task<LogRecord> SeenAsync(string text, int count = 1)
    {
        await Eventually.HoldsAsync(() => With(text).Count >= count, Limit, () => $"{count} times '{text}' in:\n{this}");
        return With(text)[count - 1];
    }

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    public override string ToString() => string.Join('\n', _records.Select(record => $"[{record.Level}] {record.Category}: {record.Message}"));

    private sealed class Logger(RecordingLoggers owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            owner._records.Enqueue(new LogRecord(category, logLevel, eventId, formatter(state, exception), exception));
    }
}
