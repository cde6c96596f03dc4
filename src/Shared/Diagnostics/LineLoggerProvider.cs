using Microsoft.Extensions.Logging;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Diagnostics;

/// <summary>Logs as V2Ray does: lines with a time and a level, to standard error or to the files that the <c>log</c> object names.</summary>
internal sealed class LineLoggerProvider : ILoggerProvider, IAsyncDisposable
{
    private readonly TimeProvider _time;
    private volatile LineSinks _sinks;

    /// <exception cref="IOException">A log file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">A log file may not be opened.</exception>
    public LineLoggerProvider(LogConfig config, TimeProvider time)
    {
        _time = time;
        _sinks = LineSinks.Open(config);
    }

    /// <summary>Logs as another configuration says from now on. Lines that were given before are still written where they belonged.</summary>
    /// <exception cref="IOException">A log file cannot be opened; nothing has changed.</exception>
    /// <exception cref="UnauthorizedAccessException">A log file may not be opened; nothing has changed.</exception>
    public void Change(LogConfig config)
    {
        var before = _sinks;
        _sinks = LineSinks.Open(config);

        // In the background: a slow disk takes its time to write what waits.
        _ = before.DisposeAsync().AsTask();
    }

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public ValueTask DisposeAsync() => _sinks.DisposeAsync();

    private sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => provider._sinks.For(category, logLevel) is not null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            provider._sinks.For(category, logLevel)?.Write(LogLine.Format(provider._time.GetLocalNow(), logLevel, formatter(state, exception), exception));
    }
}
