// A page that is rendered for each request.
export const dynamic = "force-dynamic";

export default function Page() {
  return <p>rendered by process {process.pid}</p>;
}
