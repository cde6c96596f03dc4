namespace Tunnel.Portal.Web.Import.Syntax;

/// <summary>Why a configuration of nginx cannot be read, in words for its owner.</summary>
internal sealed record NginxProblem(NginxPlace Place, string Message)
{
    public override string ToString() => PlainText.OneLine($"{Place}: {Message}");
}
