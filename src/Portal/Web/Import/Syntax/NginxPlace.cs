namespace Tunnel.Portal.Web.Import.Syntax;

/// <summary>A line of a file of nginx's configuration, counted from 1.</summary>
internal readonly record struct NginxPlace(string File, int Line)
{
    public override string ToString() => $"{File}:{Line}";
}
