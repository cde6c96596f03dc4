namespace Tunnel.Portal.Web.Import.Syntax;

/// <summary>How much of a configuration is read, so that none can hang or exhaust the program. The largest real ones have some thousand lines.</summary>
internal static class NginxLimits
{
    /// <summary>A file; lists of blocked addresses are the longest that people include.</summary>
    public const int FileBytes = 4 * 1024 * 1024;

    /// <summary>All files together.</summary>
    public const int TotalBytes = 16 * 1024 * 1024;

    /// <summary>All files together, each counted as often as it is included: a file that includes itself twice has no end.</summary>
    public const int Files = 1000;

    /// <summary>How deep files include files.</summary>
    public const int IncludeDepth = 16;

    /// <summary>How deep blocks stand in blocks, over all files.</summary>
    public const int BlockDepth = 32;

    /// <summary>All files together.</summary>
    public const int Directives = 200_000;

    /// <summary>nginx's own bound for one parameter (NGX_CONF_BUFFER).</summary>
    public const int ParameterCharacters = 4096;

    /// <summary>Of one directive: a <c>server_name</c> or <c>gzip_types</c> has hundreds at the very most.</summary>
    public const int Parameters = 4096;
}
