using Microsoft.Extensions.Logging;

namespace Tunnel.Testing.Logging;

/// <summary>One entry that a <see cref="RecordingLoggers"/> has seen.</summary>
public sealed record LogRecord(string Category, LogLevel Level, EventId Event, string Message, Exception? Exception);
