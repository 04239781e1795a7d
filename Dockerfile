FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
# The static files need no real values; each container gets those when it starts.
RUN SECRET_KEY=build SITE_URL=http://localhost REDIS_URL=redis://localhost \
    python manage.py collectstatic --no-input -v 0 \
    && mkdir -p var/outbox && useradd --system milepost && chown -R milepost var
USER milepost
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--no-control-socket"]
