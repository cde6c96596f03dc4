using System.Runtime.InteropServices;

namespace Tunnel.Portal.Web.Logs;

/// <summary>What the access log says of a request.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LogEntry
{
    public required DateTimeOffset Time { get; init; }

    /// <summary>The visitor's address; a dash where there is none.</summary>
    public required string Address { get; init; }

    /// <summary>The name that the visitor gave; null where none.</summary>
    public string? User { get; init; }

    public required string Method { get; init; }

    /// <summary>As it stood in the request line.</summary>
    public required string Uri { get; init; }

    public required string Protocol { get; init; }

    public required int Status { get; init; }

    /// <summary>Of the answer's body.</summary>
    public required long Bytes { get; init; }

    public required TimeSpan Duration { get; init; }

    public string? Host { get; init; }

    public string? Referer { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>Who was asked; null where nobody.</summary>
    public string? Target { get; init; }

    /// <summary>The tag of what dialled the target; null where it was this machine.</summary>
    public string? Via { get; init; }

    /// <summary>The name of the error; null where there was none.</summary>
    public string? Error { get; init; }
}
