namespace Tunnel.Shared.Configuration;

/// <summary>Reads configurations: V2Ray's JSON with the short form of bridges and portals, into <see cref="TunnelConfig"/>.</summary>
public static class ConfigLoader
{
    /// <summary>Reads a file. Never throws: a file that cannot be read is a problem of the result.</summary>
    /// <param name="path">The file, relative to the working directory.</param>
    /// <param name="strict">Whether an unknown field is an error rather than a warning.</param>
    public static ConfigResult Load(string path, bool strict = false) => throw new NotSupportedException("Not written yet.");

    /// <summary>Reads a text; <paramref name="fileName"/> is only named in problems. Never throws.</summary>
    public static ConfigResult LoadText(string fileName, string text, bool strict = false) => throw new NotSupportedException("Not written yet.");

    /// <summary>Reads UTF-8 text, with or without a byte order mark; <paramref name="fileName"/> is only named in problems. Never throws.</summary>
    public static ConfigResult LoadText(string fileName, ReadOnlyMemory<byte> utf8, bool strict = false) => throw new NotSupportedException("Not written yet.");
}
