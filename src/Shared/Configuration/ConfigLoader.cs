using System.Text;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration;

/// <summary>Reads configurations: V2Ray's JSON with the short form of bridges and portals, into <see cref="TunnelConfig"/>.</summary>
public static class ConfigLoader
{
    /// <summary>The largest file that is read. A configuration has some kilobytes; with many inline certificates, some hundred.</summary>
    public const int MaxFileBytes = 16 * 1024 * 1024;

    /// <summary>Reads a file. Never throws: a file that cannot be read is a problem of the result.</summary>
    /// <param name="path">The file, relative to the working directory.</param>
    /// <param name="strict">Whether an unknown field is an error rather than a warning.</param>
    public static ConfigResult Load(string path, bool strict = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return BoundedFile.Read(path, MaxFileBytes) is { } content ? LoadText(path, content, strict) : FileProblem(path, TooLarge);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return FileProblem(path, $"the file cannot be read: {exception.Message}");
        }
    }

    /// <summary>Reads a text; <paramref name="fileName"/> is only named in problems. Never throws.</summary>
    public static ConfigResult LoadText(string fileName, string text, bool strict = false) =>
        LoadText(fileName, Encoding.UTF8.GetBytes(text), strict);

    /// <summary>Reads UTF-8 text, with or without a byte order mark; <paramref name="fileName"/> is only named in problems. Never throws.</summary>
    public static ConfigResult LoadText(string fileName, ReadOnlyMemory<byte> utf8, bool strict = false)
    {
        if (utf8.Length > MaxFileBytes)
        {
            return FileProblem(fileName, TooLarge);
        }

        var source = new SourceText(fileName, utf8);
        var problems = new ProblemList(source, strict);
        var root = ConfigParser.Parse(source, problems);
        var config = root is null ? null : ConfigReader.Read(root, problems);
        return new ConfigResult { Config = problems.HasErrors ? null : config, Problems = problems.ToImmutable(), Files = [.. problems.Files] };
    }

    private static string TooLarge => $"the file is larger than {MaxFileBytes / 1024 / 1024} MiB, which no configuration is";

    private static ConfigResult FileProblem(string file, string message) => new()
    {
        Problems =
        [
            new ConfigProblem { Severity = ConfigSeverity.Error, File = SecretMask.FileName(file), Line = 0, Column = 0, Path = "$", Message = Describe.OneLine(SecretMask.Apply(message)) },
        ],
    };
}
