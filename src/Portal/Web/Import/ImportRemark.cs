using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import;

/// <summary>What became of a directive that is not in the result as it was meant, and what to do instead.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Directive">Its name; parameters may be secrets.</param>
/// <param name="Advice">For the person who reads the result.</param>
internal sealed record ImportRemark(NginxPlace Place, string Directive, string Advice)
{
    public override string ToString() => PlainText.OneLine($"{Place}: {PlainText.Shorten(Directive)}: {Advice}");
}
