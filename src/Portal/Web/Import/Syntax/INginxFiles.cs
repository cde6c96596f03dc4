using System.Diagnostics.CodeAnalysis;

namespace Tunnel.Portal.Web.Import.Syntax;

/// <summary>The files that a configuration may include.</summary>
internal interface INginxFiles
{
    /// <summary>Whether there is a file of this name.</summary>
    bool Exists(string path);

    /// <summary>The files that a name with wildcards stands for, in order; none where nothing matches.</summary>
    IReadOnlyList<string> Match(string pattern);

    /// <summary>The file's text; false, with the reason, where it cannot be read or is larger than <see cref="NginxLimits.FileBytes"/>.</summary>
    bool TryRead(string path, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? error);
}
