using System.Collections.Immutable;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Reloading;

/// <summary>A configuration file, which can be read again, and which knows whether that is worth it. Read by one at a time; anybody may look.</summary>
/// <param name="path">As the user gave it.</param>
/// <param name="whyNot">Why the program cannot run a configuration that is good otherwise; null where it can.</param>
public sealed class ConfigFile(string path, Func<TunnelConfig, string?> whyNot)
{
    private volatile ImmutableDictionary<string, FileStamp> _read = ImmutableDictionary<string, FileStamp>.Empty;

    /// <summary>As the user gave it.</summary>
    public string Path => path;

    /// <summary>The same file from everywhere.</summary>
    public string FullPath { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Reads it. Never throws: what is wrong is a problem of the result.</summary>
    /// <param name="strict">Whether an unknown field is an error rather than a warning.</param>
    public ConfigResult Load(bool strict = false)
    {
        // Before reading: what changes meanwhile is seen to have changed.
        var before = Stamps(_read.Keys.Append(FullPath));
        var result = ConfigLoader.Load(path, strict);
        var read = before.AddRange(Stamps(result.Files.Where(file => !before.ContainsKey(file))));

        // One that is named no more is of no interest; after an error, it may be what the user goes back to.
        _read = result.HasErrors ? read : read.RemoveRange(read.Keys.Except(result.Files.Append(FullPath)));
        return result.Config is { } config && whyNot(config) is { } reason ? Refused(result, reason) : result;
    }

    /// <summary>What it looks like now, with the files that it names, and whether that is how it looked when it was read.</summary>
    internal (ImmutableDictionary<string, FileStamp> Now, bool IsAsRead) Look()
    {
        var read = _read;
        var now = Stamps(read.Keys);
        return (now, AreSame(now, read));
    }

    internal static bool AreSame(ImmutableDictionary<string, FileStamp> left, ImmutableDictionary<string, FileStamp> right) =>
        left.Count == right.Count && left.All(item => right.TryGetValue(item.Key, out var other) && other == item.Value);

    private static ImmutableDictionary<string, FileStamp> Stamps(IEnumerable<string> files) =>
        files.Distinct(StringComparer.Ordinal).ToImmutableDictionary(static file => file, FileStamp.Of, StringComparer.Ordinal);

    private ConfigResult Refused(ConfigResult result, string reason)
    {
        var problem = new ConfigProblem { Severity = ConfigSeverity.Error, File = path, Line = 0, Column = 0, Path = "$", Message = reason };
        return result with { Config = null, Problems = result.Problems.Add(problem) };
    }
}
