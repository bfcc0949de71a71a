// GET and POST /api/tasks as the documents of Hono and node-postgres put it together: the jwt middleware, a pool, pool.query.
import { Hono } from "hono";
import { handle } from "hono/aws-lambda";
import { jwt } from "hono/jwt";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.PEER_DATABASE_URL, max: 1 });
const columns = "id, user_id, title, description, completed, completed_at, created_at, updated_at";
const app = new Hono();

app.use("/api/*", jwt({ secret: process.env.AUTH_SECRET, alg: "HS256" }));

app.get("/api/tasks", async (c) => {
  const limit = Number(c.req.query("limit") ?? 50);
  const { rows } = await pool.query(
    `select ${columns} from tasks where user_id = $1 order by id desc limit $2`,
    [c.get("jwtPayload").sub, limit],
  );
  return c.json({ data: rows });
});

app.post("/api/tasks", async (c) => {
  const { title, description = null } = await c.req.json();
  const { rows } = await pool.query(
    `insert into tasks (user_id, title, description) values ($1, $2, $3) returning ${columns}`,
    [c.get("jwtPayload").sub, title, description],
  );
  return c.json({ data: rows[0] }, 201);
});

export const handler = handle(app);
