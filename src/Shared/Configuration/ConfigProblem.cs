namespace Tunnel.Shared.Configuration;

/// <summary>One thing that is wrong in a configuration file. It never contains a secret.</summary>
public sealed record ConfigProblem
{
    public required ConfigSeverity Severity { get; init; }

    /// <summary>The file as it was named to the loader.</summary>
    public required string File { get; init; }

    /// <summary>From 1; 0 when the problem is the file itself.</summary>
    public required int Line { get; init; }

    /// <summary>From 1, in UTF-16 characters; 0 when the problem is the file itself.</summary>
    public required int Column { get; init; }

    /// <summary>Where in the document, for example <c>$.inbounds[0].port</c>.</summary>
    public required string Path { get; init; }

    /// <summary>What was found, what was expected, what to do.</summary>
    public required string Message { get; init; }

    /// <summary><c>file:line:column: error: $.path: message</c>, which editors recognise.</summary>
    public override string ToString()
    {
        var severity = Severity == ConfigSeverity.Error ? "error" : "warning";
        return Line == 0 ? $"{File}: {severity}: {Message}" : $"{File}:{Line}:{Column}: {severity}: {Path}: {Message}";
    }
}
