using System.Diagnostics.CodeAnalysis;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Tests.Web.Import;

/// <summary>Files of a test, by their whole names.</summary>
internal sealed class MemoryFiles(params (string Path, string Text)[] files) : INginxFiles
{
    /// <summary>The main file's name where a test has one file.</summary>
    public const string Main = "/etc/nginx/nginx.conf";

    private readonly Dictionary<string, string> _files = files.ToDictionary(static file => file.Path, static file => file.Text, StringComparer.Ordinal);

    public bool Exists(string path) => _files.ContainsKey(Path.GetFullPath(path));

    public IReadOnlyList<string> Match(string pattern)
    {
        var full = Path.GetFullPath(pattern).Split('/');
        return [.. _files.Keys.Where(name => Fits(full, name.Split('/'))).Order(StringComparer.Ordinal)];
    }

    public bool TryRead(string path, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? error)
    {
        var found = _files.TryGetValue(Path.GetFullPath(path), out text);
        error = found ? null : "the file cannot be read";
        return found;
    }

    private static bool Fits(string[] pattern, string[] name) => pattern.Length == name.Length && pattern.Zip(name).All(static part => FileGlob.Matches(part.First, part.Second));
}
